import { Cron } from 'croner';
import { IANAZone } from 'luxon';
import { z } from 'zod';
import { CUSTOMER_REQUEST_MAX_MS } from '../access/limits.ts';
import { hidesSomething, revealed } from '../access/lettering.ts';
import { accessForm, connectorsForm } from '../connectors/registry.ts';
import { parseDuration } from '../wording/durations.ts';

/** The form of policy.yml. Every key is described here once: for the reader of errors, and for editors. */

const LONGEST_MS = 30 * 24 * 3_600_000;

const duration = (fallback: string, says: string): z.ZodDefault<z.ZodType<number, string>> =>
  length(`${says} ${fallback} if left out.`).default(parseDuration(fallback) ?? 0);

function length(says: string): z.ZodType<number, string> {
  return z
    .string('write a length of time such as 30m, 2h or 1d')
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms !== null && ms > 0 && ms <= LONGEST_MS) return ms;
      context.addIssue({
        code: 'custom',
        message: 'write a length of time such as 90s, 30m, 2h or 1d (30d at most)',
      });
      return z.NEVER;
    })
    .describe(says);
}

const extended = length(
  'With more time a session may last this long in all; no longer than without if left out.',
).optional();

/** What a limit says of itself: with more time no less than without. */
const extendedFits = (limit: {
  max_duration?: number | undefined;
  max_extended?: number | undefined;
}): boolean =>
  limit.max_extended === undefined ||
  (limit.max_duration !== undefined && limit.max_extended >= limit.max_duration);
const EXTENDED_FITS = {
  path: ['max_extended'],
  message: 'goes with max_duration, and must not be less',
};

const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max, `at most ${max} characters`)
    .refine((text) => !/[\p{Cc}\u2028\u2029]/u.test(text), 'must be one line of plain text')
    .refine((text) => !hidesSomething(text), {
      error: ({ input }) => `holds what nobody sees, or what reorders it: ${revealed(String(input))}`,
    });

const slackUser = z
  .string()
  .regex(/^[UW][A-Z0-9]{2,20}$/, 'write a Slack user id such as U024BE7LH (profile → Copy member ID)');
const principal = z
  .string()
  .regex(/^[UWS][A-Z0-9]{2,20}$/, 'write a Slack user id (U…, W…) or user group id (S…), not a name');
const channel = z
  .string()
  .regex(
    /^[CG][A-Z0-9]{2,20}$/,
    'write a Slack channel id such as C024BE91L (channel details, at the bottom)',
  );
const id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, 'use letters, digits, dot, dash and underscore, 60 at most');
const anyOr = (what: string) =>
  z
    .union([z.literal('any'), z.array(id).min(1)], 'write any, or a list of ids')
    .default('any')
    .describe(`Which ${what}: any, or a list of ids.`);

const scope = z
  .strictObject({
    id,
    name: line(60).describe('What people call it, such as Read-only.'),
    allows: line(75).describe('One line: what somebody with this scope can do. Slack shows 75 characters.'),
    max_duration: duration('4h', 'Longest session with this scope.'),
    max_extended: extended,
    approvals: z
      .union([z.literal(1), z.literal(2)], 'write 1 or 2')
      .default(1)
      .describe('How many different people must approve.'),
    consent: z.boolean().default(false).describe('The customer must consent too, whatever the tenant says.'),
    high_risk: z.boolean().default(false).describe('The approver types the tenant’s id to approve.'),
    access: accessForm,
  })
  .refine(extendedFits, EXTENDED_FITS);

const contact = z
  .strictObject({
    name: line(80),
    slack_user: slackUser.optional(),
    slack_team: z
      .string()
      .regex(/^[TE][A-Z0-9]{2,20}$/, 'write a Slack workspace id such as T024BE7LD')
      .optional(),
    // Compared with what people type and what links were mailed to: in lower case everywhere.
    email: z.email('write an e-mail address').max(254, 'at most 254 characters').toLowerCase().optional(),
  })
  .refine(
    (c) => c.slack_user !== undefined || c.email !== undefined,
    'give slack_user with slack_team, or email',
  )
  .refine(
    (c) => (c.slack_user === undefined) === (c.slack_team === undefined),
    'slack_user and slack_team go together',
  );

export const tenantForm = z
  .strictObject({
    id,
    name: line(120),
    environment: line(40).describe('Such as production or staging: shown wherever the tenant is.'),
    region: line(40).default('–'),
    channel: channel.optional().describe('Told of every session in this tenant, beside the alert channel.'),
    max_duration: length('Longest session in this tenant.').optional(),
    max_extended: extended,
    consent: z.enum(['required', 'notify']).default('notify'),
    customer_requests: z.boolean().default(false).describe('The customer may ask for help by themselves.'),
    contacts: z.array(contact).default([]),
    status_key_sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'write the SHA-256 of the key: 64 digits 0-9 a-f, not the key itself')
      .optional()
      .describe('SHA-256 of the key with which the product asks GET /tenants/{id}/status.'),
    access: accessForm,
  })
  .refine(extendedFits, EXTENDED_FITS);

const often = (fallback: number) => z.int().min(1).max(10_000).default(fallback);
const hourly = (person: number, tenant: number, says: string) =>
  z
    .strictObject({ person: often(person), tenant: often(tenant) })
    .prefault({})
    .describe(says);

const perHour = z
  .strictObject({
    requests: hourly(20, 60, 'Requests filed, by support or by the customer.'),
    emergencies: hourly(10, 30, 'Emergencies declared.'),
    extensions: hourly(20, 60, 'Requests for more time.'),
    questions: hourly(30, 120, 'Questions, answers, and closeouts that are asked back about.'),
    hand_overs: hourly(20, 60, 'Ownership that is offered, and approvers who are replaced.'),
    absences: z
      .strictObject({ person: often(10) })
      .prefault({})
      .describe('Changes of who answers for whom.'),
    invitations: hourly(20, 3, 'Customers who are shown where to ask.'),
    links: hourly(20, 60, 'Mails with a link that somebody asks for on a page.'),
  })
  .describe(
    'How often within an hour one person, and everybody about one tenant, may do what is told to others.',
  );

const limits = z
  .strictObject({
    max_duration: duration('4h', 'Longest session of all.'),
    max_extended: extended,
    lapse_after: duration('24h', 'A request that nobody decided lapses after this.'),
    start_window: duration('8h', 'Approved access that nobody started lapses after this.'),
    plan_ahead: duration('14d', 'How far ahead a start may be planned.'),
    warn_before: duration('10m', 'The grantee is warned this long before the end.'),
    open_requests: z.int().min(1).max(100).default(3).describe('Open requests of one requester.'),
    cool_down: duration('30m', 'After a denial, for the same requester, tenant and scope.'),
    approver_reminder_first: duration('15m', 'A silent approver is reminded after this.'),
    approver_reminder_every: duration('30m', 'And then again this often.'),
    extension: duration('2h', 'Most time that one extension adds.'),
    extensions: z.int().min(0).max(10).default(1).describe('Extensions of one session.'),
    closeout_reminder_first: duration('4h', 'The owner is reminded of an open closeout after this.'),
    closeout_reminder_every: duration('1d', 'And then again this often.'),
    closeout_accepted_after: duration(
      '7d',
      'A closeout that the customer who asked says nothing about counts as accepted after this.',
    ),
    closeout_overdue: length('Whoever has a closeout open for longer cannot file.').optional(),
    customer_request: duration('48h', 'A customer’s request is good for this long.').refine(
      (ms) => ms <= CUSTOMER_REQUEST_MAX_MS,
      'at most 48h',
    ),
    per_hour: perHour.prefault({}),
  })
  .refine(extendedFits, EXTENDED_FITS);

const products = z
  .strictObject({
    open_within: duration('2m', 'A session that its product has not opened within this is called off.'),
    reconcile_every: duration('10m', 'What is open in products is held against the ledger this often.'),
    close_orphans: z
      .boolean()
      .default(false)
      .describe('What no session explains is closed, rather than only told of.'),
  })
  .describe('What is asked of the products that open and close access.');

const emergency = z.strictObject({
  people: z.array(principal).default([]).describe('Who may declare an emergency; nobody if empty.'),
  max_duration: duration('1h', 'Longest emergency session.'),
  review_within: duration('24h', 'The named reviewer judges it within this.'),
  two_people: z.boolean().default(false).describe('A second listed person must confirm every one.'),
  second_person_after: z
    .int()
    .min(1)
    .max(10)
    .default(1)
    .describe('Somebody with so many that are not reviewed, or not closed out, needs a second person.'),
  confirm_within: duration('5m', 'How long the second person has.'),
});

export const policyForm = z.strictObject({
  time_zone: z
    .string()
    .refine((zone) => IANAZone.isValidZone(zone), 'write an IANA time zone such as Europe/Berlin')
    .describe('The zone of the digest’s week.'),
  channels: z.strictObject({
    alert: channel.describe('Every session’s start and end is told here.'),
    review: channel.describe('The weekly digest is posted here.'),
    support: channel
      .optional()
      .describe('Customers’ requests are offered here; the alert channel if left out.'),
    security: channel
      .optional()
      .describe('Unexpected sessions are reported here; the alert channel if left out.'),
  }),
  people: z.strictObject({
    requesters: z
      .array(principal)
      .min(1, 'list at least one')
      .describe('Who may ask for access, and hold it.'),
    admins: z
      .array(principal)
      .min(1, 'list at least one')
      .describe('Who may stop any session and helps when nobody can approve.'),
    auditors: z.array(principal).default([]).describe('Who may read every record.'),
    leavers: z
      .enum(['revoke', 'tell'], 'write revoke or tell')
      .default('revoke')
      .describe('The session of somebody who leaves is revoked at once, or only told of.'),
    shared_accounts: z
      .array(slackUser)
      .default([])
      .describe('Logins used by several humans: they hold and approve nothing.'),
    do_not_ping: z
      .array(slackUser)
      .default([])
      .describe('May approve, but are suggested last and not reminded.'),
    deputies: z
      .record(slackUser, z.array(slackUser))
      .default({})
      .describe('Who stands in for whom, best first.'),
  }),
  approvers: z
    .array(
      z.strictObject({
        people: z.array(principal).min(1, 'list at least one'),
        scopes: anyOr('scopes'),
        tenants: anyOr('tenants'),
      }),
    )
    .min(1, 'list at least one'),
  scopes: z.array(scope).min(1, 'list at least one').max(10, 'at most 10').describe('Least first.'),
  limits: limits.prefault({}),
  emergency: emergency.prefault({}),
  connectors: connectorsForm,
  products: products.prefault({}),
  digest: z
    .strictObject({
      cron: z
        .string()
        .refine(isCron, 'write five cron fields, such as 0 9 * * 1 for Mondays at nine')
        .default('0 9 * * 1'),
    })
    .prefault({}),
  tenants: z.array(tenantForm).default([]),
  tenants_file: z
    .string()
    .optional()
    .describe(
      'A CSV file beside this one, with the columns id, name, environment, and if wanted region, channel, max_duration, max_extended, consent, customer_requests, status_key_sha256, access, contact_name, contact_email, contact_slack_user, contact_slack_team.',
    ),
});

export type PolicyForm = z.infer<typeof policyForm>;
export type TenantForm = z.infer<typeof tenantForm>;

function isCron(pattern: string): boolean {
  try {
    return pattern.trim().split(/\s+/).length === 5 && new Cron(pattern, { paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
}
