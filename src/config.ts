import { z } from 'zod';

/** Where the settings come from: the environment, and nowhere else. */
export interface Config {
  readonly slack: {
    readonly botToken: string;
    readonly apiUrl: string;
    readonly mode:
      | { readonly kind: 'socket'; readonly appToken: string; readonly httpPort: number }
      | { readonly kind: 'http'; readonly signingSecret: string; readonly port: number };
  };
  /** How mails are sent; `null`: they are not. */
  readonly mail: { readonly smtpUrl: string; readonly from: string } | null;
  /** Where the customer's pages are reached from outside, without a slash at its end; `null`: there are none. */
  readonly publicUrl: string | null;
  /** The header in which a proxy in front of us names the client; `null`: whoever connects is the client. */
  readonly clientHeader: string | null;
  /** What products ask; `null`: nothing is answered. */
  readonly accessApi: {
    /** Where products reach it, without a slash at its end. */
    readonly url: string;
    /** Where it is served; `null`: beside the pages. */
    readonly port: number | null;
    /** The keys that sign, as a JWK set; `null`: they are in a file beside the ledger. */
    readonly signingKeys: string | null;
  } | null;
  readonly database: string;
  readonly policy: string;
  readonly logLevel: string;
}

/** One setting that is missing or wrong: its name, what is wrong, what to put there. Never its value. */
export interface ConfigProblem {
  readonly name: string;
  readonly wrong: string;
  readonly instead: string;
}

type Env = Readonly<Record<string, string | undefined>>;

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
const DATABASE = 'data/tsa.sqlite';
const SLACK_API = 'https://slack.com/api/';
const HEALTH_PORT = '3001';

const port = z.coerce.number().int().min(0).max(65_535);

/** Reads every setting, and says everything that is wrong with them at once. */
export function readConfig(
  env: Env = process.env,
):
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[]; readonly policy: string } {
  const problems: ConfigProblem[] = [];
  const get = (name: string): string | undefined =>
    env[name]?.trim() === '' ? undefined : env[name]?.trim();
  const need = (name: string, ok: (value: string) => boolean, instead: string, fallback?: string): string => {
    const value = get(name) ?? fallback;
    if (value === undefined) problems.push({ name, wrong: 'is missing', instead });
    else if (!ok(value)) problems.push({ name, wrong: 'does not look right', instead });
    return value ?? '';
  };
  const isPort = (value: string): boolean => /^\d+$/.test(value) && port.safeParse(value).success;

  const botToken = need(
    'SLACK_BOT_TOKEN',
    (value) => /^xoxb-[\w-]+$/.test(value),
    'the “Bot User OAuth Token” of your app (api.slack.com/apps → OAuth & Permissions); it starts with xoxb-',
  );
  const apiUrl = need(
    'SLACK_API_URL',
    isApiUrl,
    'nothing, for Slack itself; for another server its address, such as http://127.0.0.1:4000/api/ (ending in /api/; plain http only on this machine)',
    SLACK_API,
  );
  const logLevel = need(
    'LOG_LEVEL',
    (value) => LEVELS.some((level) => level === value),
    `one of ${LEVELS.join(', ')}`,
    'info',
  );
  const readMail = (): NonNullable<Config['mail']> => ({
    smtpUrl: need(
      'SMTP_URL',
      isSmtpUrl,
      'your mail server, such as smtps://user:password@mail.example.com (or smtp:// with STARTTLS; without TLS only on this machine; a % in the password is written %25, an @ %40)',
    ),
    from: need(
      'MAIL_FROM',
      (value) => z.email().safeParse(value).success,
      'the address that mails to customers come from, such as access@example.com',
    ),
  });
  let mode: Config['slack']['mode'];
  if (get('SLACK_APP_TOKEN') !== undefined) {
    const appToken = need(
      'SLACK_APP_TOKEN',
      (value) => /^xapp-[\w-]+$/.test(value),
      'an “App-Level Token” with the Slack scope connections:write (Basic Information → App-Level Tokens); it starts with xapp-',
    );
    const httpPort = need(
      'TSA_HTTP_PORT',
      isPort,
      'a free port for /healthz and /readyz, 0 to 65535',
      HEALTH_PORT,
    );
    mode = { kind: 'socket', appToken, httpPort: Number(httpPort) };
  } else {
    const signingSecret = need(
      'SLACK_SIGNING_SECRET',
      (value) => /^\S{16,}$/.test(value),
      'the “Signing Secret” of your app (Basic Information), for HTTP mode; or set SLACK_APP_TOKEN instead, for Socket Mode',
    );
    const httpPort = need(
      'PORT',
      isPort,
      'the port on which Slack reaches this program, 0 to 65535; or set SLACK_APP_TOKEN instead, for Socket Mode',
    );
    mode = { kind: 'http', signingSecret, port: Number(httpPort) };
  }
  const mail = get('SMTP_URL') === undefined ? null : readMail();
  const publicUrl =
    mail === null && get('PUBLIC_URL') === undefined
      ? null
      : need(
          'PUBLIC_URL',
          isPublicUrl,
          'the address at which customers reach this program’s pages, such as https://access.example.com (plain http only on this machine); mails link to it',
        ).replace(/\/$/, '');
  const clientHeader =
    get('TSA_CLIENT_HEADER') === undefined
      ? null
      : need(
          'TSA_CLIENT_HEADER',
          (value) => /^[\w-]{1,60}$/.test(value),
          'the header in which your proxy names the client, such as X-Forwarded-For; nothing, when no proxy stands in front',
        );
  const readAccessApi = (): NonNullable<Config['accessApi']> => ({
    url: need(
      'ACCESS_API_URL',
      isPublicUrl,
      'the address at which your products ask this program who may be in, such as https://access.example.com (plain http only on this machine); nothing, when none asks',
    ).replace(/\/$/, ''),
    port:
      get('ACCESS_API_PORT') === undefined
        ? null
        : Number(
            need(
              'ACCESS_API_PORT',
              isPort,
              'a free port for what products ask, 0 to 65535; nothing, to serve it beside the pages',
            ),
          ),
    signingKeys: get('SIGNING_KEYS') ?? null,
  });
  const isAsked = get('ACCESS_API_URL') !== undefined || get('ACCESS_API_PORT') !== undefined;
  const accessApi = isAsked ? readAccessApi() : null;
  const policy = get('TSA_POLICY') ?? 'policy.yml';
  if (problems.length > 0) return { ok: false, problems, policy };
  return {
    ok: true,
    config: {
      slack: { botToken, apiUrl, mode },
      mail,
      publicUrl,
      clientHeader,
      accessApi,
      database: readDatabasePath(env),
      policy,
      logLevel,
    },
  };
}

/** Where the ledger is: all that looking at it takes. */
export function readDatabasePath(env: Env = process.env): string {
  const path = env['TSA_DATABASE']?.trim() ?? '';
  return path === '' ? DATABASE : path;
}

/** Where the secrets are that the policy names. */
export function readEnvironment(env: Env = process.env): Env {
  return env;
}

/** Are the keys that sign in the environment? Then no file of them is used. */
export function hasSigningKeys(env: Env = process.env): boolean {
  return (env['SIGNING_KEYS']?.trim() ?? '') !== '';
}

/** The problems as an operator reads them. */
export function configWords(problems: readonly ConfigProblem[]): string {
  const lines = problems.map(({ name, wrong, instead }) => `  ${name} ${wrong}.\n    Put there: ${instead}.`);
  return ['TSA cannot start; these settings (environment variables) need attention:', ...lines].join('\n');
}

function isSmtpUrl(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '' || url.search !== '')
    return false;
  try {
    // A % in a password that stands for itself is written %25.
    decodeURIComponent(url.username + url.password);
    return true;
  } catch {
    return false;
  }
}

function isPublicUrl(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || url.pathname !== '/' || url.search + url.hash + url.username + url.password !== '')
    return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

/** Is that host this machine, so that nothing leaves it? */
export function isLoopback(hostname: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

function isApiUrl(value: string): boolean {
  const url = URL.parse(value);
  // A method's name is added to its end, and our token is sent along: nothing may follow, and nobody else may be named.
  const plain = url !== null && url.search + url.hash + url.username + url.password === '';
  if (!plain || !value.endsWith('/api/')) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}
