/** Who may do what with a request: the table that docs/permissions.md shows and that every pair is tried against. */

/** The parts that people have in a request, or what they are. The last four are in every list of the policy, in vain. */
export const KINDS = [
  'requester',
  'grantee',
  'owner',
  'approver',
  'deputy',
  'former approver',
  'contact',
  'admin',
  'auditor',
  'bystander',
  'guest',
  'deactivated',
  'bot',
  'external',
] as const;
export type Kind = (typeof KINDS)[number];

export type May = 'yes' | 'no' | 'passed on';

interface Rule {
  readonly yes: readonly Kind[];
  /** It changes nothing, but those who may are told. */
  readonly passedOn?: readonly Kind[];
}

const ENGINEERS = ['requester', 'grantee', 'owner', 'bystander'] as const;
const INSIDERS = [...ENGINEERS, 'approver', 'deputy', 'former approver', 'admin', 'auditor'] as const;

/** Everybody who is not named may not. */
const ALLOWED = {
  request: { yes: ENGINEERS },
  approve: { yes: ['approver'] },
  'approve less': { yes: ['approver'] },
  deny: { yes: ['approver'] },
  'ask a question': { yes: ['approver'] },
  answer: { yes: ['requester'] },
  'ask somebody else': { yes: ['requester', 'admin'] },
  edit: { yes: ['requester'] },
  cancel: { yes: ['requester'] },
  start: { yes: ['grantee'] },
  end: { yes: ['grantee'] },
  'ask for more time': { yes: ['grantee'] },
  'give or refuse time': { yes: ['approver', 'deputy'] },
  revoke: { yes: ['owner', 'approver', 'contact', 'admin'] },
  'I didn’t expect this': {
    yes: ['owner', 'approver', 'contact', 'admin'],
    passedOn: [
      'requester',
      'grantee',
      'deputy',
      'former approver',
      'auditor',
      'bystander',
      'guest',
      'external',
    ],
  },
  'take a note': { yes: ['grantee', 'owner'] },
  'close out': { yes: ['grantee', 'owner'] },
  'accept or contest the closeout': { yes: ['approver'] },
  'hand over': { yes: ['owner', 'admin'] },
  'take over, when asked to': {
    yes: ['requester', 'grantee', 'deputy', 'former approver', 'admin', 'auditor', 'bystander'],
  },
  'declare an emergency': { yes: ['requester', 'grantee', 'owner'] },
  'confirm an emergency': { yes: ['owner'] },
  'judge an emergency': { yes: ['approver', 'deputy'] },
  show: { yes: [...INSIDERS, 'contact'] },
  history: { yes: INSIDERS },
  active: { yes: INSIDERS },
  queue: { yes: INSIDERS },
  review: { yes: INSIDERS },
} as const satisfies Readonly<Record<string, Rule>>;

export type Action = keyof typeof ALLOWED;

export const ACTIONS = Object.keys(ALLOWED) as Action[];

/** May somebody of that kind do that? */
export function may(action: Action, kind: Kind): May {
  const rule: { yes: readonly Kind[]; passedOn?: readonly Kind[] } = ALLOWED[action];
  if (rule.yes.includes(kind)) return 'yes';
  return rule.passedOn?.includes(kind) === true ? 'passed on' : 'no';
}

/** A table as prettier formats it. */
function markdown(): readonly string[] {
  const rows = [['', ...KINDS], ...ACTIONS.map((action) => [action, ...KINDS.map((k) => may(action, k))])];
  const widths = ['', ...KINDS].map((_, i) => Math.max(3, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return rows.flatMap((row, i) => (i === 0 ? [line(row), rule] : [line(row)]));
}

/** The page with the table as it is now. */
export function withTable(page: string): string {
  return page.replace(
    /(<!-- permissions -->\n\n)[\s\S]*?(\n\n<!-- \/permissions -->)/,
    (_whole, before: string, after: string) => `${before}${markdown().join('\n')}${after}`,
  );
}
