import type { KnownBlock } from '@slack/types';
import { isAmong } from '../../access/people.ts';
import type { Digest, Share } from '../../review/digest.ts';
import { makeDigest } from '../../review/digest.ts';
import type { Rendered } from '../blocks.ts';
import { context, header, section } from '../blocks.ts';
import { strip } from '../card.ts';
import type { Desk, Slice } from '../desk.ts';
import { count, escape, inUtc, lasting, oneLine, tsa, when, who } from '../words.ts';

/** The review: `/tsa review` any time, and the same once a week in the review channel. */
export function review(desk: Desk): Slice {
  return {
    commands: {
      review: async ({ caller }) => {
        const world = await desk.directory.world([caller.userId]);
        const { policy, people } = world;
        const readers = [
          ...policy.admins,
          ...policy.auditors,
          ...policy.requesters,
          ...policy.approvers.flatMap((rule) => rule.people),
        ];
        const able =
          people.standing(caller.userId) === 'member' && isAmong(people, caller.userId, readers) === 'yes';
        if (!able)
          return {
            say: { text: 'The review is for the people whom the policy lists. Ask an admin to be added.' },
          };
        const until = desk.clock.now();
        return { say: await renderReview(desk, until - WEEK_MS, until, 'The last 7 days') };
      },
    },
  };
}

const WEEK_MS = 7 * 24 * 60 * 60_000;
/** Numbers named on one line; the rest is counted. */
const NAMED_MAX = 15;
const SHARES_MAX = 10;

/** The digest of a span of time, ready to post. */
export async function renderReview(
  desk: Pick<Desk, 'span' | 'views' | 'clock'>,
  from: number,
  until: number,
  title: string,
): Promise<Rendered> {
  const facts = await desk.span(from, until);
  const digest = makeDigest(facts, { from, until, now: desk.clock.now() }, await desk.views.head());
  return drawDigest(digest, title);
}

/** Facts first, then what needs somebody, then who and where. Every line leads to its requests. */
export function drawDigest(digest: Digest, title: string): Rendered {
  const facts = digest.lines
    .filter((line) => line.count > 0 || ALWAYS.has(line.what))
    .map(({ what, count: n, requests }) => `*${what}* ${n}${numbers(requests)}`);
  const longest =
    digest.longest === null
      ? []
      : [`*Longest session* ${lasting(digest.longest.ms)} · ${tsa(digest.longest.no)}`];
  const open = digest.openCloseouts.map(({ no, owner }) => `${tsa(no)} ${who(owner)}`);
  const refused = digest.refused.map(
    ({ what, count: n, actors, requests }) =>
      `${n}× ${escape(what)} · ${actors.slice(0, NAMED_MAX).map(who).join(', ')}${numbers(requests)}`,
  );
  const summary = `${title}: ${count(digest.sessions, 'session')}, ${lasting(digest.sessionMs)} in total`;
  const blocks: KnownBlock[] = [
    header(title),
    section(
      `${when(digest.from)} to ${when(digest.until)}: *${count(digest.sessions, 'session')}*, *${lasting(digest.sessionMs)}* in total.`,
    ),
    section([...facts, ...longest].join('\n')),
    ...listed('Not closed out, by owner', open),
    ...listed(
      'Per tenant',
      digest.perTenant.slice(0, SHARES_MAX).map((share) => shareLine(escape(share.key), share)),
    ),
    ...listed(
      'Per requester',
      digest.perRequester.slice(0, SHARES_MAX).map((share) => shareLine(who(share.key), share)),
    ),
    ...listed('Refused attempts', refused.slice(0, SHARES_MAX)),
    context(
      `Any line in full: \`/tsa show TSA-n\`. Ledger head: event ${digest.head.seq}, \`${digest.head.hash}\`.`,
    ),
  ];
  const text = [
    `${summary} (${inUtc(digest.from)} to ${inUtc(digest.until)})`,
    ...[...facts, ...longest].map(strip),
  ].join('\n');
  return { text, blocks };
}

const ALWAYS = new Set([
  'Filed',
  'Approved',
  'Denied',
  'Lapsed',
  'Sessions started',
  'Active now',
  'Not closed out',
  'Emergencies',
]);

function listed(title: string, lines: readonly string[]): KnownBlock[] {
  return lines.length === 0 ? [] : [section(`*${title}*\n${lines.map((line) => `• ${line}`).join('\n')}`)];
}

function shareLine(name: string, { requests, sessions, ms }: Share): string {
  return `${oneLineSafe(name)}: ${count(requests.length, 'request')}, ${count(sessions, 'session')}, ${lasting(ms)}${numbers(requests)}`;
}

function oneLineSafe(name: string): string {
  return name.startsWith('<@') ? name : oneLine(name, 120);
}

function numbers(requests: readonly number[]): string {
  if (requests.length === 0) return '';
  const named = requests.slice(0, NAMED_MAX).map(tsa).join(', ');
  const more = requests.length - NAMED_MAX;
  return ` · ${named}${more > 0 ? ` and ${more} more` : ''}`;
}
