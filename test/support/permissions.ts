/** Who may do what with a request: the table that the README shows and that every pair is tried against. Data only. */

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
export const ALLOWED = {
  request: { yes: ENGINEERS },
  approve: { yes: ['approver'] },
  'approve less': { yes: ['approver'] },
  deny: { yes: ['approver'] },
  'ask a question': { yes: ['approver'] },
  answer: { yes: ['requester'] },
  'ask somebody else': { yes: ['requester', 'admin'] },
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
  review: { yes: INSIDERS },
} as const satisfies Readonly<Record<string, Rule>>;

export type Action = keyof typeof ALLOWED;
