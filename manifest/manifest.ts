import { stringify } from 'yaml';
import { botScopes, EVENTS } from './scopes.ts';

/** The app as Slack is told of it (docs.slack.dev/reference/app-manifest). */
export interface Manifest {
  readonly display_information: {
    readonly name: string;
    readonly description: string;
    readonly long_description: string;
    readonly background_color: string;
  };
  readonly features: {
    readonly app_home: {
      readonly home_tab_enabled: boolean;
      readonly messages_tab_enabled: boolean;
      readonly messages_tab_read_only_enabled: boolean;
    };
    readonly bot_user: { readonly display_name: string; readonly always_online: boolean };
    readonly shortcuts: readonly {
      readonly name: string;
      readonly type: 'global' | 'message';
      readonly callback_id: string;
      readonly description: string;
    }[];
    readonly slash_commands: readonly {
      readonly command: string;
      readonly url?: string;
      readonly description: string;
      readonly usage_hint: string;
      readonly should_escape: boolean;
    }[];
  };
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[] } };
  readonly settings: {
    readonly event_subscriptions: { readonly request_url?: string; readonly bot_events: readonly string[] };
    readonly interactivity: {
      readonly is_enabled: boolean;
      readonly request_url?: string;
      readonly message_menu_options_url?: string;
    };
    readonly org_deploy_enabled: boolean;
    readonly socket_mode_enabled: boolean;
    readonly token_rotation_enabled: boolean;
  };
}

/** How Slack reaches the app: through a socket that the app opens, or at an address. */
export type Reached = { readonly mode: 'socket' } | { readonly mode: 'http'; readonly url: string };

/** Everything from Slack comes to one path. */
const EVENTS_PATH = '/slack/events';

/** The address is not one that Slack could call. */
export class NotAnAddress extends Error {}

/** The manifest as data. @throws NotAnAddress */
export function manifest(reached: Reached): Manifest {
  const at = reached.mode === 'http' ? eventsUrl(reached.url) : null;
  return {
    display_information: {
      name: 'Temporary Support Access',
      description: 'Ask for, approve, use, end and review support access to a customer’s tenant.',
      long_description:
        'Support engineers ask for access to one customer’s tenant, for one reason and a limited time. A named person approves, everybody concerned is told, the session ends by itself, and what was done is written down and reviewed. Write /tsa help to begin.',
      background_color: '#1d3557',
    },
    features: {
      app_home: {
        home_tab_enabled: true,
        messages_tab_enabled: true,
        // Where people hear from the app they can also write /tsa; a read-only tab would not let them.
        messages_tab_read_only_enabled: false,
      },
      bot_user: { display_name: 'TSA', always_online: true },
      shortcuts: [
        {
          name: 'Request support access',
          type: 'global',
          callback_id: 'request_access',
          description: 'Ask for temporary access to a customer’s tenant',
        },
        {
          name: 'Request access for this',
          type: 'message',
          callback_id: 'request_access_for_message',
          description: 'Ask for access, with this message as the reason',
        },
      ],
      slash_commands: [
        {
          command: '/tsa',
          ...(at === null ? {} : { url: at }),
          description: 'Temporary access to a customer’s tenant',
          usage_hint: '[request | mine | active | show TSA-n | start | end | closeout | emergency | help]',
          // So that `/tsa history @person` names a person, not whoever is called so.
          should_escape: true,
        },
      ],
    },
    oauth_config: { scopes: { bot: botScopes() } },
    settings: {
      event_subscriptions: {
        ...(at === null ? {} : { request_url: at }),
        bot_events: Object.keys(EVENTS).sort(),
      },
      interactivity: {
        is_enabled: true,
        ...(at === null ? {} : { request_url: at, message_menu_options_url: at }),
      },
      org_deploy_enabled: false,
      socket_mode_enabled: at === null,
      token_rotation_enabled: false,
    },
  };
}

/** The manifest as the file that is pasted into Slack. @throws NotAnAddress */
export function renderManifest(reached: Reached): string {
  const body = stringify(manifest(reached), { lineWidth: 0, singleQuote: true });
  return `# Made by \`npm run manifest\`. Change manifest/, not this file.\n${body}`;
}

function eventsUrl(address: string): string {
  const url = URL.parse(address);
  const plain = url !== null && url.search + url.hash + url.username + url.password === '';
  if (!plain || url.protocol !== 'https:')
    throw new NotAnAddress(
      'Write the address at which Slack reaches this program, such as https://tsa.example.com',
    );
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}${EVENTS_PATH}`;
}
