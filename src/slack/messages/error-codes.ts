/**
 * What Slack's error codes mean for a message, as the methods' reference pages list them (docs.slack.dev/reference/methods:
 * chat.postMessage, chat.update, conversations.open, conversations.history, conversations.replies, bookmarks, pins).
 */

export type Meaning =
  /** It is about the app, or about Slack, and passes or is mended: nothing arrives anywhere until then. */
  | 'again'
  /** The app is not let in there (yet): what is owed there waits until it is invited. */
  | 'not_let_in'
  /** Not so, but perhaps in another way: at top level, as a new message, with fewer blocks. */
  | 'otherwise'
  /** It will not arrive there, whatever is tried. */
  | 'never';

const CODES = {
  access_denied: 'again',
  accesslimited: 'again',
  account_inactive: 'again',
  deprecated_endpoint: 'again',
  enterprise_is_restricted: 'again',
  external_channel_migrating: 'again',
  fatal_error: 'again',
  internal_error: 'again',
  invalid_auth: 'again',
  message_limit_exceeded: 'again',
  method_deprecated: 'again',
  missing_scope: 'again',
  no_permission: 'again',
  not_allowed_token_type: 'again',
  not_authed: 'again',
  org_login_required: 'again',
  rate_limited: 'again',
  ratelimited: 'again',
  request_timeout: 'again',
  service_unavailable: 'again',
  team_access_not_granted: 'again',
  team_added_to_org: 'again',
  team_not_found: 'again',
  token_expired: 'again',
  token_revoked: 'again',
  two_factor_setup_required: 'again',
  upgrade_required: 'again',

  // Slack says the same of a private channel that the app was not invited to, and of one that is gone.
  channel_not_found: 'not_let_in',
  not_in_channel: 'not_let_in',

  block_mismatch: 'otherwise',
  cannot_reply_to_message: 'otherwise',
  cant_broadcast_message: 'otherwise',
  cant_update_message: 'otherwise',
  duplicate_message_not_found: 'otherwise',
  edit_window_closed: 'otherwise',
  invalid_arg_name: 'otherwise',
  invalid_arguments: 'otherwise',
  invalid_array_arg: 'otherwise',
  invalid_attachments: 'otherwise',
  invalid_blocks: 'otherwise',
  invalid_blocks_format: 'otherwise',
  invalid_charset: 'otherwise',
  invalid_cursor: 'otherwise',
  invalid_form_data: 'otherwise',
  invalid_json: 'otherwise',
  invalid_metadata_format: 'otherwise',
  invalid_metadata_keys: 'otherwise',
  invalid_metadata_schema: 'otherwise',
  invalid_post_type: 'otherwise',
  is_inactive: 'otherwise',
  json_not_object: 'otherwise',
  message_not_found: 'otherwise',
  metadata_must_be_sent_from_app: 'otherwise',
  metadata_too_large: 'otherwise',
  missing_post_type: 'otherwise',
  msg_blocks_too_long: 'otherwise',
  msg_too_long: 'otherwise',
  no_text: 'otherwise',
  restricted_action_non_threadable_channel: 'otherwise',
  restricted_action_thread_locked: 'otherwise',
  streaming_state_conflict: 'otherwise',
  thread_not_found: 'otherwise',
  too_many_attachments: 'otherwise',

  as_user_not_supported: 'never',
  cannot_dm_bot: 'never',
  cannot_find_user: 'never',
  channel_is_limited_access: 'never',
  ekm_access_denied: 'never',
  invalid_user_combination: 'never',
  is_archived: 'never',
  messages_tab_disabled: 'never',
  method_not_supported_for_channel_type: 'never',
  not_enough_users: 'never',
  restricted_action: 'never',
  restricted_action_read_only_channel: 'never',
  restricted_action_thread_only_channel: 'never',
  user_disabled: 'never',
  user_not_found: 'never',
  user_not_visible: 'never',
  users_list_not_supplied: 'never',
  users_not_found: 'never',
} as const satisfies Record<string, Meaning>;

const MEANINGS: ReadonlyMap<string, Meaning> = new Map(Object.entries(CODES));

/** One that no page lists may mean anything: it is tried in another way, and never again and again in silence. */
export function meaningOf(code: string): Meaning {
  return MEANINGS.get(code) ?? 'otherwise';
}
