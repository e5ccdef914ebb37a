import { ENGINEERS, nth, REASON } from './company.ts';

/** What Slack would send, new each time: the same request twice would be turned away as a replay. */

let count = 0;

/** `/tsa help`, or another command: acknowledged with words and buttons, or answered where it says. */
export function slashCommand(
  teamId: string,
  words = 'help',
  answerTo = 'http://127.0.0.1:9/response/none',
): Record<string, unknown> {
  count += 1;
  return {
    token: 'legacy',
    team_id: teamId,
    team_domain: 'sandbox',
    channel_id: 'C0SUPPORT',
    channel_name: 'support',
    user_id: ENGINEERS[count % ENGINEERS.length],
    user_name: 'engineer',
    command: '/tsa',
    text: words,
    api_app_id: 'A0TSA',
    response_url: answerTo,
    trigger_id: `trigger.${count}`,
  };
}

/** A button of a card is pressed. */
export function press(
  teamId: string,
  user: string,
  action: string,
  no: number,
  answerTo: string,
): Record<string, unknown> {
  const { view, type, ...rest } = modal(teamId, user, {});
  const at = `${count}.000100`;
  return {
    ...rest,
    type: 'block_actions',
    response_url: answerTo,
    channel: { id: 'D0APP', name: 'directmessage' },
    container: { type: 'message', message_ts: at, channel_id: 'D0APP' },
    actions: [{ type: 'button', action_id: action, block_id: 'b', action_ts: at, value: String(no) }],
  };
}

/** Somebody opens their Home. */
export function homeOpened(teamId: string): Record<string, unknown> {
  count += 1;
  return {
    token: 'legacy',
    team_id: teamId,
    api_app_id: 'A0TSA',
    type: 'event_callback',
    event_id: `Ev${count}`,
    event_time: 0,
    event: {
      type: 'app_home_opened',
      user: ENGINEERS[count % ENGINEERS.length],
      channel: 'D0APP',
      tab: 'home',
      event_ts: `${count}.000100`,
    },
  };
}

/** The n-th request, submitted from its form. */
export function submission(teamId: string, n: number): Record<string, unknown> {
  const { engineer, approver, tenantId } = nth(n);
  return modal(teamId, engineer, {
    tenant: select('tsa_in_tenant', tenantId),
    scope: select('tsa_in_scope', 'read'),
    allowed: text('tsa_in_allowed', 'Look at the import log and the invoices'),
    off_limits: text('tsa_in_off_limits', 'Everything else'),
    reason: text('tsa_in_reason', REASON),
    case: text('tsa_in_case', `CASE-${n}`),
    duration: select('tsa_in_duration', '3600000'),
    [`approver1:${tenantId}:read`]: select('tsa_in_approver', approver),
    grantee: { tsa_in_grantee: { type: 'users_select', selected_user: engineer } },
    owner: { tsa_in_owner: { type: 'users_select', selected_user: engineer } },
  });
}

/** The form with nothing in it: refused at its fields, and the person looked up. */
export function emptySubmission(teamId: string, engineer: string): Record<string, unknown> {
  return modal(teamId, engineer, {});
}

/** Somebody types into the field of the tenant. */
export function suggestion(teamId: string, typed: string): Record<string, unknown> {
  const { view, ...rest } = modal(teamId, ENGINEERS[count % ENGINEERS.length] ?? '', {});
  return {
    ...rest,
    type: 'block_suggestion',
    action_id: 'tsa_in_tenant',
    block_id: 'tenant',
    value: typed,
    view,
  };
}

/** What people type: beginnings, whole words, several words, ids, and what is not there. */
export function typedWords(many: number): readonly string[] {
  const kinds = [
    'n',
    'no',
    'nor',
    'northwind',
    'silver bank',
    'prod eu',
    'retail 12',
    '',
    'zzz',
    'gate staging',
  ];
  return Array.from({ length: many }, (_, n) =>
    n % 3 === 0 ? `tenant-${(n * 7_919) % 100_000}` : (kinds[n % kinds.length] ?? ''),
  );
}

function modal(teamId: string, user: string, values: Record<string, unknown>): Record<string, unknown> {
  count += 1;
  return {
    type: 'view_submission',
    team: { id: teamId, domain: 'sandbox' },
    user: { id: user, username: 'engineer', name: 'engineer', team_id: teamId },
    api_app_id: 'A0TSA',
    token: 'legacy',
    trigger_id: `trigger.${count}`,
    view: {
      id: `V${count}`,
      team_id: teamId,
      type: 'modal',
      hash: `${count}.hash`,
      callback_id: 'tsa_request',
      private_metadata: '',
      blocks: [],
      title: { type: 'plain_text', text: 'Request access' },
      state: { values },
    },
    response_urls: [],
    is_enterprise_install: false,
    enterprise: null,
  };
}

function select(action: string, value: string): Record<string, unknown> {
  const selected = { text: { type: 'plain_text', text: value, emoji: true }, value };
  return { [action]: { type: 'static_select', selected_option: selected } };
}

function text(action: string, value: string): Record<string, unknown> {
  return { [action]: { type: 'plain_text_input', value } };
}
