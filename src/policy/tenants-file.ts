import { parse as parseCsv } from 'csv-parse/sync';
import { z } from 'zod';
import type { TenantForm } from './form.ts';
import { tenantForm } from './form.ts';
import type { PolicyProblem } from './problems.ts';
import { complaintsOf, notKnown } from './problems.ts';

const NEEDED = ['id', 'name', 'environment'];
/** A row names one contact; their columns are the keys of a contact after this. */
const CONTACT = 'contact_';
const COLUMNS = [
  ...NEEDED,
  'region',
  'channel',
  'max_duration',
  'max_extended',
  'consent',
  'customer_requests',
  'status_key_sha256',
  'access',
  `${CONTACT}name`,
  `${CONTACT}email`,
  `${CONTACT}slack_user`,
  `${CONTACT}slack_team`,
];

/** Reads the CSV file of tenants, giving each with the line that it stands on; every problem at once, each with its line. */
export function readTenants(
  path: string,
  text: string,
  take: (tenant: TenantForm, line: number) => void,
): readonly PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const wrong = (line: number, message: string): void => {
    problems.push({ file: path, line, message });
  };
  let columns: readonly string[] = [];
  let misnamed = false;
  const failed = readRows(text, (cells, line) => {
    if (columns.length === 0) {
      columns = cells;
      const complaints = headerProblems(cells);
      misnamed = complaints.length > 0;
      for (const message of complaints) wrong(line, message);
      return;
    }
    if (misnamed) return;
    if (cells.length !== columns.length) {
      wrong(line, `has ${cells.length} cells, but there are ${columns.length} columns`);
      return;
    }
    const full = columns
      .map((column, i) => [column, cells[i] ?? ''] as const)
      .filter(([, cell]) => cell !== '');
    const tenant = tenantForm.safeParse(formOf(full));
    if (tenant.success) take(tenant.data, line);
    else
      for (const issue of tenant.error.issues)
        for (const { message } of complaintsOf(issue, tenantForm)) wrong(line, asColumn(message));
  });
  // What was read before the file broke off says nothing about the rest.
  if (failed !== null) return [{ file: path, ...failed }];
  if (columns.length === 0) for (const message of headerProblems([])) wrong(1, message);
  return problems;
}

/** What the cells of a row say, as a tenant of policy.yml is written. */
function formOf(cells: readonly (readonly [column: string, cell: string])[]): Record<string, unknown> {
  const tenant: Record<string, unknown> = {};
  const contact: Record<string, string> = {};
  for (const [column, cell] of cells)
    if (column.startsWith(CONTACT)) contact[column.slice(CONTACT.length)] = cell;
    else tenant[column] = typed(column, cell);
  return Object.keys(contact).length === 0 ? tenant : { ...tenant, contacts: [contact] };
}

/** A contact's key as it is called in the file. */
function asColumn(message: string): string {
  return message.replace(/^contacts\.0\.?/, CONTACT).replace(`${CONTACT}:`, 'the contact:');
}

/** The one column that is no text. What is neither yes nor no is left as it is, for the form to refuse. */
function typed(column: string, cell: string): string | boolean {
  if (column !== 'customer_requests') return cell;
  const word = cell.toLowerCase();
  return word === 'true' || word === 'false' ? word === 'true' : cell;
}

function headerProblems(columns: readonly string[]): readonly string[] {
  const missing = NEEDED.filter((column) => !columns.includes(column));
  const unknown = columns.filter((column) => !COLUMNS.includes(column));
  const twice = columns.filter((column, i) => COLUMNS.includes(column) && columns.indexOf(column) !== i);
  return [
    ...unknown.map(
      (column) => `${column || 'a column without a name'} ${notKnown('column', column, COLUMNS)}`,
    ),
    ...missing.map((column) => `${column}: the column is missing (columns are separated by commas)`),
    ...twice.map((column) => `${column}: the column is there twice`),
  ];
}

const csvError = z.object({ code: z.string(), lines: z.number(), message: z.string() });

/** Gives each row with its line, none of them kept. What is wrong with the text as a whole, or `null`. */
function readRows(
  text: string,
  row: (cells: readonly string[], line: number) => void,
): { readonly line: number; readonly message: string } | null {
  let read = 0;
  try {
    parseCsv(text, {
      bom: true,
      on_record(cells: string[], { lines }) {
        read = lines;
        row(cells, lines);
        return null;
      },
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
    });
    return null;
  } catch (error) {
    const { code, lines, message } = csvError.parse(error);
    // The parser names the line where the file ends; the quote was opened in the row after the last good one.
    return code === 'CSV_QUOTE_NOT_CLOSED'
      ? { line: read + 1, message: 'a quote that is opened here is never closed' }
      : { line: lines, message: message.replace(/ (?:at|on) line \d+/, '') };
  }
}
