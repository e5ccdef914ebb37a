import type { KnownBlock, PlainTextOption } from '@slack/types';
import { NAMED_MAX } from '../../ledger/review-facts.ts';
import { missingWords } from '../../wording/gap.ts';
import type { Audience } from '../../access/reading.ts';
import { mayReadReview, readsTenantAs } from '../../access/reading.ts';
import type { Repeat } from '../../ledger/repeats.ts';
import { letOthersRun } from '../../ledger/turns.ts';
import { policyChangeWords } from '../../wording/policy-change.ts';
import { refusedAttempt } from '../../wording/refused-attempts.ts';
import type { Digest, Share } from '../../review/digest.ts';
import { LISTED_MAX, makeDigest } from '../../review/digest.ts';
import { placeOf, strip } from '../messages/card.ts';
import type { Rendered } from '../messages/blocks.ts';
import { contextBlock, fitsMessage, header, OPTIONS_MAX, plain, section } from '../messages/blocks.ts';
import { ACTION } from '../interactions/action-ids.ts';
import type { SlackContext, Say, Slice } from '../context.ts';
import { count, tsa } from '../../wording/numbers.ts';
import { oneLine, when, who } from '../messages/words.ts';
import { inUtc } from '../../wording/instants.ts';
import { lasting } from '../../wording/durations.ts';

/** The review: `/tsa review` any time, and the same once a week in the review channel. */
export function review(context: SlackContext): Slice {
  /** All of us see the same: whoever asks while others wait for it waits for theirs. */
  const forUs = (): Promise<Say> => context.lookUps.figures('review', () => lastDays(context));
  return {
    commands: {
      review: async ({ caller }) => {
        const world = await context.directory.recent([caller.userId]);
        const reads = (tenantId: string): Audience => readsTenantAs(world, tenantId, caller.userId);
        if (!mayReadReview(world, caller.userId))
          return {
            say: { text: 'The review is for the people whom the policy lists. Ask an admin to be added.' },
          };
        return {
          later: async () => {
            const say = await forUs();
            const theirs = repeatsIn.get(say)?.some((tenantId) => reads(tenantId) === 'customer') === true;
            return theirs
              ? context.lookUps.figures(`review ${caller.userId}`, () => lastDays(context, reads))
              : say;
          },
        };
      },
    },
  };
}

function lastDays(context: SlackContext, reads?: (tenantId: string) => Audience): Promise<Rendered> {
  const until = context.clock.now();
  // A whole number of hours: their figures are kept.
  const from = Math.floor((until - WEEK_MS) / HOUR_MS) * HOUR_MS;
  return renderReview(context, from, until, 'The last 7 days', reads);
}

const HOUR_MS = 60 * 60_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
/** Numbers named on one line; the rest is counted. */
const NAMED = [NAMED_MAX, 8, 4, 2];

/** The tenants of which a review says that something is asked for again and again. */
const repeatsIn = new WeakMap<Say, readonly string[]>();

/** The digest of a span of time, ready to post. */
export async function renderReview(
  context: Pick<SlackContext, 'reviewed' | 'clock' | 'permalinks' | 'policy'>,
  from: number,
  until: number,
  title: string,
  /** How its reader reads about each tenant: as one of us, or as the customer. */
  reads: (tenantId: string) => Audience = () => 'ours',
): Promise<Rendered> {
  const facts = await context.reviewed(from, until);
  const all = makeDigest(facts, { from, until, now: context.clock.now() });
  // What we call a product problem stays among ourselves.
  const repeats = all.repeats.filter((one) => reads(one.tenantId) === 'ours');
  const digest = { ...all, repeats };
  const links = await context.permalinks(numbersIn(digest));
  const placeNamed = (id: string): string => {
    const tenant = context.policy.tenants.get(id);
    return tenant === undefined ? oneLine(id, 120) : placeOf({ tenant });
  };
  const drawn = await drawFitting(digest, title, links, placeNamed);
  repeatsIn.set(
    drawn,
    repeats.map((one) => one.tenantId),
  );
  return drawn;
}

/** With as many numbers on a line as let the whole fit into one message. */
async function drawFitting(
  digest: Digest,
  title: string,
  links: ReadonlyMap<number, string>,
  placeNamed: (tenantId: string) => string,
): Promise<Rendered> {
  for (const named of NAMED) {
    await letOthersRun();
    const drawn = drawDigest(digest, title, links, placeNamed, named);
    if (fitsMessage(drawn.blocks)) return drawn;
  }
  return drawDigest(digest, title, new Map(), placeNamed, 0);
}

/** A change of the policy gets a few short lines. */
const IN_SLACK = { who, text: (said: string) => oneLine(said, 60), most: 3 };

/** Facts first, then what needs somebody, then who and where. Every line leads to its requests. */
function drawDigest(
  digest: Digest,
  title: string,
  links: ReadonlyMap<number, string>,
  placeNamed: (tenantId: string) => string,
  namedMax: number,
): Rendered {
  const unlinked = new Set<number>();
  const request = (no: number): string => {
    const link = links.get(no);
    if (link === undefined) unlinked.add(no);
    return link === undefined ? tsa(no) : `<${link}|${tsa(no)}>`;
  };
  const numbers = (requests: readonly number[], all = requests.length): string => {
    const named = requests.slice(0, namedMax).map(request).join(', ');
    const more = all - Math.min(namedMax, requests.length);
    return `${named === '' ? '' : ` · ${named}`}${more > 0 ? ` and ${more} more` : ''}`;
  };
  const share = (name: string, { filed, requests, sessions, ms }: Share): string =>
    `${name}: ${count(filed, 'request')}, ${count(sessions, 'session')}, ${lasting(ms)}${numbers(requests, Math.max(filed, sessions, requests.length))}`;

  const { longest } = digest;
  const policy = digest.policy.flatMap(({ at, changed }) =>
    policyChangeWords(changed, IN_SLACK).map((words, i) => (i === 0 ? `${when(at)} · ${words}` : words)),
  );
  const facts = [
    ...digest.lines
      .filter((line) => line.count > 0 || ALWAYS.has(line.what))
      .map(({ what, count: n, requests }) => `*${what}* ${n}${numbers(requests, n)}`),
    ...(longest === null ? [] : [`*Longest session* ${lasting(longest.ms)}${numbers([longest.no])}`]),
    ...(policy.length === 0 ? [] : [`*Changes of the policy* ${policy.length}`]),
  ];
  const { openCloseouts, repeats, perTenant, perRequester, refused, restored } = digest;
  const lists: readonly (readonly [string, readonly string[], number])[] = [
    ['The ledger was put back to a backup', restored.map(restoredLine), restored.length],
    [
      'Not closed out, by owner',
      openCloseouts.first.map(({ no, owner }) => `${request(no)} ${who(owner)}`),
      openCloseouts.count,
    ],
    [
      'Asked for again and again',
      repeats
        .slice(0, LISTED_MAX)
        .map((one) => `${placeNamed(one.tenantId)}: ${repeat(one)}${numbers(one.requests)}`),
      repeats.length,
    ],
    ['Per tenant', perTenant.first.map((one) => share(placeNamed(one.key), one)), perTenant.count],
    ['Per requester', perRequester.first.map((one) => share(who(one.key), one)), perRequester.count],
    ['Changes of the policy', policy.slice(0, LISTED_MAX), policy.length],
    [
      'Tried without the right to',
      refused.first.map(({ command, reason, count: n, actors, requests }) => {
        return `${n}× ${actors.map(who).join(', ')} ${refusedAttempt(command, reason)}${numbers(requests)}`;
      }),
      refused.count,
    ],
  ];
  const total = `${count(digest.sessions, 'session')}, ${lasting(digest.sessionMs)} in total`;
  const blocks: KnownBlock[] = [
    header(title),
    section(`${when(digest.from)} to ${when(digest.until)}: *${total}*.`),
    ...inSections(facts),
    ...lists.flatMap(([name, lines, all]) => listed(name, lines, all)),
    ...showOne(unlinked),
    contextBlock(
      `Any of them in full: \`/tsa show TSA-n\`. Ledger head: \`${digest.head.seq}:${digest.head.hash}\`. Whoever keeps it can find out with \`verify --against\` whether anything before it was rewritten.`,
    ),
  ];
  const plain = facts.map((line) => strip(line).replaceAll(/<[^|>]*\|([^>]*)>/g, '$1'));
  return {
    text: [`${title}: ${total} (${inUtc(digest.from)} to ${inUtc(digest.until)})`, ...plain].join('\n'),
    blocks,
  };
}

/** Whatever has no card that everybody here can open, because it never started, is shown from here. */
function showOne(numbers: ReadonlySet<number>): KnownBlock[] {
  if (numbers.size === 0) return [];
  const options = [...numbers]
    .sort((a, b) => b - a)
    .slice(0, OPTIONS_MAX)
    .map((no): PlainTextOption => ({ text: plain(tsa(no)), value: String(no) }));
  const placeholder = plain('Show one that did not start');
  return [
    { type: 'actions', elements: [{ type: 'static_select', action_id: ACTION.show, placeholder, options }] },
  ];
}

function restoredLine({ at, from, confirmed, ...gap }: Digest['restored'][number]): string {
  const known = confirmed === null ? '*nobody has confirmed it yet*' : `confirmed by ${who(confirmed.by)}`;
  return `${when(at)}; what happened since ${when(from.at)} is not in it. ${missingWords(gap)} ${known}`;
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

function listed(title: string, lines: readonly string[], all: number): KnownBlock[] {
  if (lines.length === 0) return [];
  const more = all - lines.length;
  return inSections([
    `*${title}*`,
    ...lines.map((line) => `• ${line}`),
    ...(more > 0 ? [`and ${more} more`] : []),
  ]);
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
    ...digest.lines.flatMap((line) => line.requests),
    ...digest.openCloseouts.first.map((one) => one.no),
    ...digest.repeats.slice(0, LISTED_MAX).flatMap((one) => one.requests.slice(0, NAMED_MAX)),
    ...(digest.longest === null ? [] : [digest.longest.no]),
    ...[...digest.perTenant.first, ...digest.perRequester.first].flatMap((share) => share.requests),
    ...digest.refused.first.flatMap((one) => one.requests),
  ];
  return [...new Set(all)];
}
