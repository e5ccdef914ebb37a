import { parse as parseCsv } from 'csv-parse/sync';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { TenantForm } from './policy-file.ts';
import { tenantForm } from './policy-file.ts';
import type { PolicyProblem } from './policy-problem.ts';
import { complaintsOf, notKnown } from './policy-problem.ts';

/** A tenant of the CSV file, and the line that it stands on. */
export interface ListedTenant {
  readonly tenant: TenantForm;
  readonly line: number;
}

const NEEDED = ['id', 'name', 'environment'];
/** A row names one contact; their columns are the keys of a contact after this. */
const CONTACT = 'contact_';
const COLUMNS = [
  ...NEEDED,
  'region',
  'channel',
  'max_duration',
  'consent',
  'customer_requests',
  'status_key_sha256',
  `${CONTACT}name`,
  `${CONTACT}email`,
  `${CONTACT}slack_user`,
  `${CONTACT}slack_team`,
];

/** Reads the CSV file of tenants; every problem at once, each with its line. */
export function readTenants(path: string): {
  readonly tenants: readonly ListedTenant[];
  readonly problems: readonly PolicyProblem[];
} {
  const wrong = (line: number, message: string): PolicyProblem => ({ file: path, line, message });
  const rows = readRows(path);
  if (!Array.isArray(rows)) return { tenants: [], problems: [wrong(rows.line, rows.message)] };
  const [header, ...records] = rows;
  const columns = header?.cells ?? [];
  const misnamed = headerProblems(columns).map((message) => wrong(header?.line ?? 1, message));
  if (misnamed.length > 0) return { tenants: [], problems: misnamed };
  const tenants: ListedTenant[] = [];
  const problems: PolicyProblem[] = [];
  for (const { cells, line } of records) {
    if (cells.length !== columns.length) {
      problems.push(wrong(line, `has ${cells.length} cells, but there are ${columns.length} columns`));
      continue;
    }
    const full = columns
      .map((column, i) => [column, cells[i] ?? ''] as const)
      .filter(([, cell]) => cell !== '');
    const tenant = tenantForm.safeParse(formOf(full));
    if (tenant.success) tenants.push({ tenant: tenant.data, line });
    else
      for (const issue of tenant.error.issues)
        problems.push(
          ...complaintsOf(issue, tenantForm).map(({ message }) => wrong(line, asColumn(message))),
        );
  }
  return { tenants, problems };
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

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

const rowsForm = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }));

const csvError = z.object({ code: z.string(), lines: z.number(), message: z.string() });

function readRows(path: string): Row[] | { readonly line: number; readonly message: string } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return { line: 1, message: 'cannot be read' };
  }
  let read = 0;
  try {
    const rows: unknown = parseCsv(text, {
      bom: true,
      info: true,
      on_record(row: string[], { lines }) {
        read = lines;
        return row;
      },
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
    });
    return rowsForm.parse(rows).map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    const { code, lines, message } = csvError.parse(error);
    // The parser names the line where the file ends; the quote was opened in the row after the last good one.
    return code === 'CSV_QUOTE_NOT_CLOSED'
      ? { line: read + 1, message: 'a quote that is opened here is never closed' }
      : { line: lines, message: message.replace(/ (?:at|on) line \d+/, '') };
  }
}
