import type { KnownBlock } from '@slack/types';
import { isAmong } from '../../access/people.ts';
import type { Repeat } from '../../ledger/repeats.ts';
import type { Digest, Share } from '../../review/digest.ts';
import { makeDigest } from '../../review/digest.ts';
import { placeOf } from '../card.ts';
import type { Rendered } from '../blocks.ts';
import { context, fitsMessage, header, section } from '../blocks.ts';
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
const NAMED = [NAMED_MAX, 8, 4, 2];
/** Lines of one list; the rest is counted. */
const LISTED_MAX = 10;

/** The digest of a span of time, ready to post. */
export async function renderReview(
  desk: Pick<Desk, 'span' | 'views' | 'clock' | 'permalinks' | 'policy'>,
  from: number,
  until: number,
  title: string,
): Promise<Rendered> {
  const facts = await desk.span(from, until);
  const digest = makeDigest(facts, { from, until, now: desk.clock.now() }, await desk.views.head());
  const links = await desk.permalinks(numbersIn(digest));
  // As many numbers on a line as leave the whole within what one message holds.
  const placeNamed = (id: string): string => {
    const tenant = desk.policy.tenants.get(id);
    return tenant === undefined ? oneLine(id, 120) : placeOf({ tenant });
  };
  const drawn = NAMED.map((named) => drawDigest(digest, title, links, placeNamed, named));
  return (
    drawn.find(({ blocks }) => fitsMessage(blocks)) ?? drawDigest(digest, title, new Map(), placeNamed, 0)
  );
}

/** Facts first, then what needs somebody, then who and where. Every line leads to its requests. */
function drawDigest(
  digest: Digest,
  title: string,
  links: ReadonlyMap<number, string>,
  placeNamed: (tenantId: string) => string,
  namedMax = NAMED_MAX,
): Rendered {
  const request = (no: number): string => {
    const link = links.get(no);
    return link === undefined ? tsa(no) : `<${link}|${tsa(no)}>`;
  };
  const numbers = (requests: readonly number[]): string => {
    const named = requests.slice(0, namedMax).map(request).join(', ');
    const more = requests.length - namedMax;
    return `${named === '' ? '' : ` · ${named}`}${more > 0 ? ` and ${more} more` : ''}`;
  };
  const share = (name: string, { requests, sessions, ms }: Share): string =>
    `${name}: ${count(requests.length, 'request')}, ${count(sessions, 'session')}, ${lasting(ms)}${numbers(requests)}`;

  const { longest } = digest;
  const facts = [
    ...digest.lines
      .filter((line) => line.count > 0 || ALWAYS.has(line.what))
      .map(({ what, count: n, requests }) => `*${what}* ${n}${numbers(requests)}`),
    ...(longest === null ? [] : [`*Longest session* ${lasting(longest.ms)}${numbers([longest.no])}`]),
  ];
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['Not closed out, by owner', digest.openCloseouts.map(({ no, owner }) => `${request(no)} ${who(owner)}`)],
    [
      'Asked for again and again',
      digest.repeats.map((one) => `${placeNamed(one.tenantId)}: ${repeat(one)}${numbers(one.requests)}`),
    ],
    ['Per tenant', digest.perTenant.map((one) => share(placeNamed(one.key), one))],
    ['Per requester', digest.perRequester.map((one) => share(who(one.key), one))],
    [
      'Refused attempts',
      digest.refused.map(({ what, count: n, actors, requests }) => {
        return `${n}× ${escape(what)} · ${actors.slice(0, 5).map(who).join(', ')}${numbers(requests)}`;
      }),
    ],
  ];
  const total = `${count(digest.sessions, 'session')}, ${lasting(digest.sessionMs)} in total`;
  const blocks: KnownBlock[] = [
    header(title),
    section(`${when(digest.from)} to ${when(digest.until)}: *${total}*.`),
    ...inSections(facts),
    ...lists.flatMap(([name, lines]) => listed(name, lines)),
    context(
      `Any of them in full: \`/tsa show TSA-n\`. Ledger head: event ${digest.head.seq}, \`${digest.head.hash}\`.`,
    ),
  ];
  const plain = facts.map((line) => strip(line).replaceAll(/<[^|>]*\|([^>]*)>/g, '$1'));
  return {
    text: [`${title}: ${total} (${inUtc(digest.from)} to ${inUtc(digest.until)})`, ...plain].join('\n'),
    blocks,
  };
}

/** A product problem needs an owner more than it needs another session. */
function repeat({ requests, owner, raised }: Repeat): string {
  const whose =
    raised === null
      ? `product problem, owner: *name one* (${who(owner)} has the last request)`
      : `product problem, owner: ${who(raised.by)}, who wrote in ${tsa(raised.no)}: ${oneLine(raised.words, 120)}`;
  return `${requests.length} in 30 days, ${whose}`;
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
/** A paragraph holds 3,000 characters (docs.slack.dev/reference/block-kit/blocks/section-block). */
const PARAGRAPH_MAX = 2_900;

function listed(title: string, lines: readonly string[]): KnownBlock[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, LISTED_MAX).map((line) => `• ${line}`);
  const more = lines.length - shown.length;
  return inSections([`*${title}*`, ...shown, ...(more > 0 ? [`and ${more} more`] : [])]);
}

/** Lines in as few paragraphs as hold them; no line is cut. */
function inSections(lines: readonly string[]): KnownBlock[] {
  const paragraphs: string[] = [];
  for (const line of lines) {
    const last = paragraphs.at(-1);
    if (last !== undefined && last.length + line.length < PARAGRAPH_MAX)
      paragraphs[paragraphs.length - 1] = `${last}\n${line}`;
    else paragraphs.push(line);
  }
  return paragraphs.map(section);
}

function numbersIn(digest: Digest): readonly number[] {
  const all = [
    ...digest.lines.flatMap((line) => line.requests.slice(0, NAMED_MAX)),
    ...digest.openCloseouts.slice(0, LISTED_MAX).map((one) => one.no),
    ...digest.repeats.slice(0, LISTED_MAX).flatMap((one) => one.requests.slice(0, NAMED_MAX)),
    ...(digest.longest === null ? [] : [digest.longest.no]),
    ...[...digest.perTenant.slice(0, LISTED_MAX), ...digest.perRequester.slice(0, LISTED_MAX)].flatMap(
      (share) => share.requests.slice(0, NAMED_MAX),
    ),
    ...digest.refused.slice(0, LISTED_MAX).flatMap((one) => one.requests.slice(0, NAMED_MAX)),
  ];
  return [...new Set(all)];
}
