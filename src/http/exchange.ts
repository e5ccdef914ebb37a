import type { IncomingMessage, ServerResponse } from 'node:http';

/** What every listener does with a request, whoever sends it: read its body, and turn away what is not for it. */

/** Answers a request of Node's server. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What came of reading a request's body. */
export type Body =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | { readonly kind: 'too_large' }
  /** The connection ended before the body did: nobody is there to be answered. */
  | { readonly kind: 'cut_off' };

/** So much is read in any case, so that whoever sends too much still gets the answer. */
const READ_MAX = 8 * 1_048_576;

/** The body of a request, however it comes: with its length, in chunks, or piece by piece. */
export async function readBody(request: IncomingMessage, max: number): Promise<Body> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of request.iterator({ destroyOnReturn: false })) {
      const bytes = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
      size += bytes.length;
      if (size > READ_MAX) break;
      if (size <= max) pieces.push(bytes);
    }
  } catch {
    return { kind: 'cut_off' };
  }
  return size > max ? { kind: 'too_large' } : { kind: 'whole', bytes: Buffer.concat(pieces) };
}

/** An answer without words, after which the connection is closed. */
export function turnAway(request: IncomingMessage, response: ServerResponse, status: number): void {
  if (response.headersSent) return;
  response.writeHead(status, { connection: 'close' });
  response.end();
  request.resume();
}
