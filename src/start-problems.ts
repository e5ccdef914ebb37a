import { CannotOpen } from './ledger/cannot-open.ts';

/** What keeps the program from starting, in words for the operator. */

/** Does it; what keeps it from happening is told in words that say what to do. @throws CannotOpen */
export async function heldBack<T>(
  words: (error: Error) => string | null,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const why = error instanceof Error ? words(error) : null;
    throw why === null ? error : new CannotOpen(why);
  }
}

/** The port for health and Slack cannot be had. */
export function portTaken(error: Error): string | null {
  if (!('code' in error) || (error.code !== 'EADDRINUSE' && error.code !== 'EACCES')) return null;
  const why = error.code === 'EACCES' ? 'may not be used by this user' : 'is taken by another program';
  return `The port for /healthz ${why} (${error.message}). Set TSA_HTTP_PORT (Socket Mode) or PORT (HTTP mode) to another.`;
}

/** The port for what products ask cannot be had. */
export function productsPortTaken(error: Error): string | null {
  return portTaken(error) === null
    ? null
    : `The port for what products ask cannot be used (${error.message}). Set ACCESS_API_PORT to another.`;
}

/** Socket Mode cannot be entered. */
export function appTokenRefused({ message }: Error): string {
  return `Slack does not accept SLACK_APP_TOKEN, or Socket Mode is off for the app (${message}). It needs the Slack scope connections:write: Basic Information → App-Level Tokens.`;
}

/** Slack does not take the bot's token, or is not there. */
export function botTokenRefused({ message }: Error): string {
  return `Slack does not accept SLACK_BOT_TOKEN, or cannot be reached at SLACK_API_URL (${message}). Check both, and that the app is installed.`;
}
