import type { AccessEvent } from '../access/event.ts';
import { byMailLater, inChannel, mailTo, readerOf } from '../access/ids.ts';
import type { World } from '../access/people.ts';
import type { Access } from '../access/state.ts';
import { cardPlaces } from './cards.ts';
import type { Owed } from './message.ts';
import type { Events, Mail, Told, WhoHears } from './hearing.ts';
import { WHO_HEARS } from './who-hears.ts';
import { whom } from './whom.ts';

/** A fact that just joined a request's history, with the request before and after it. */
export interface Entry {
  readonly no: number;
  readonly event: AccessEvent;
  readonly before: Access | null;
  readonly after: Access;
}

const TABLE: WhoHears = WHO_HEARS;

/**
 * What must be told in Slack of a new fact. Pure. Every place that shows the request's card gets it brought up to date;
 * a place that sees the card for the first time is notified by that, the others by a notice where it concerns them.
 */
export function owe({ no, event, before, after }: Entry, world: World, now: number): readonly Owed[] {
  const { version } = after;
  const had = before === null ? new Set<string>() : cardPlaces(before, world, now);
  const has = cardPlaces(after, world, now);
  // Who left has nowhere to read it; what they were shown before is tidied up.
  const arrives = (to: string): boolean => {
    const reader = readerOf(to);
    return reader === null || world.listed.standing(reader) !== 'deactivated';
  };
  const { channel } = after.tenant;
  const marked = channel !== null && TABLE[event.type].marks === true ? [inChannel(channel)] : [];
  const notices = noticesOf(event.type, told({ event, before, after }, world, now));
  return [
    ...[...new Set([...has, ...had])].filter(arrives).map((destination): Owed => {
      return { key: `card:${no}:${version}:${destination}`, destination, message: { kind: 'card', no } };
    }),
    ...marked.map((destination): Owed => {
      return {
        key: `bookmark:${no}:${version}:${destination}`,
        destination,
        message: { kind: 'bookmark', no },
      };
    }),
    ...[...notices]
      .filter(([destination]) => arrives(destination) && (had.has(destination) || !has.has(destination)))
      .map(([destination, loud]): Owed => {
        const message = { kind: 'notice', no, version, loud } as const;
        const which = TABLE[event.type].once === true ? event.type : `${version}:${event.type}`;
        return { key: `notice:${no}:${which}:${destination}`, destination, message };
      }),
  ];
}

/** What the customer's contacts are told and asked of it by e-mail, beside Slack. Pure. */
export function oweMail({ no, event, before, after }: Entry, world: World, now: number): readonly Owed[] {
  const { version } = after;
  const mails = mailsOf(event.type, told({ event, before, after }, world, now));
  return mails.flatMap(({ kind, to, about }) =>
    to.map((address): Owed =>
      kind === 'tells'
        ? {
            key: `mail:${no}:${version}:${address}`,
            destination: mailTo(address),
            message: { kind: 'mail', no, version: about ?? version },
          }
        : {
            key: `consent:${no}:${version}:${address}`,
            destination: byMailLater(no, address),
            message: { kind: 'consent_mail', no, version },
          },
    ),
  );
}

function told({ event, before, after }: Omit<Entry, 'no'>, world: World, now: number): Told<AccessEvent> {
  const was = before ?? after;
  return { event, before: was, after, now, who: whom(was, after, world, now) };
}

/** The notices of that fact: each place once, loud where any of them is. */
function noticesOf<T extends keyof Events>(type: T, told: Told<Events[T]>): ReadonlyMap<string, boolean> {
  const heard = new Map<string, boolean>();
  for (const notice of TABLE[type].slack(told))
    if (notice !== false)
      for (const place of notice.to) heard.set(place, notice.loud || heard.get(place) === true);
  return heard;
}

/** The mails of that fact. */
function mailsOf<T extends keyof Events>(type: T, told: Told<Events[T]>): readonly Mail[] {
  return TABLE[type].mail(told).filter((one) => one !== false);
}
