import type { z } from 'zod';
import type { Payload } from '../../bounded-json.ts';

/** What Slack sent and nobody here could read: never passed over in silence. */

/** What is said to the person who did something that could not be read. */
export const UNREADABLE =
  'I could not read what Slack sent with that, so nothing was changed. Please try again; if it goes on, tell whoever runs this app.';

/** Places that are worth naming: the first says most. */
const PLACES_MAX = 5;

/** Where something is not what it should be, and how. */
export interface OddPlace {
  readonly path: string;
  readonly kind: string;
}

/** For the log, which never holds what was typed. */
export function oddPlaces(error: z.ZodError): readonly OddPlace[] {
  return error.issues.slice(0, PLACES_MAX).map((issue) => ({
    path: issue.path.join('.'),
    kind: issue.code === 'invalid_type' ? `not a ${issue.expected}` : issue.code,
  }));
}

/** The same without what is null: what Slack leaves out in one place it sends as null in another. */
export function withoutNulls(payload: Payload): Payload {
  return without([null], payload);
}

/** The same without whatever says nothing at all. */
export function withoutBlanks(payload: Payload): Payload {
  return without([null, ''], payload);
}

function without(nothing: readonly unknown[], payload: Payload): Payload {
  const stripped = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter((item) => !nothing.includes(item)).map(stripped);
    return typeof value === 'object' && value !== null ? without(nothing, { ...value }) : value;
  };
  return Object.fromEntries(
    Object.entries(payload).flatMap(([key, value]) =>
      nothing.includes(value) ? [] : [[key, stripped(value)]],
    ),
  );
}

/** What is said where Slack shows what it is answered: beside a command, and over the form that was sent. */
export function sorry(payload: Payload): unknown {
  if (payload['command'] !== undefined) return { response_type: 'ephemeral', text: UNREADABLE };
  if (payload['type'] !== 'view_submission') return null;
  // On top of the form: nothing that was typed is lost.
  return {
    response_action: 'push',
    view: {
      type: 'modal',
      title: { type: 'plain_text', text: 'Nothing was changed' },
      close: { type: 'plain_text', text: 'Back' },
      blocks: [{ type: 'section', text: { type: 'plain_text', text: UNREADABLE } }],
    },
  };
}
