import type { KnownBlock } from '@slack/types';
import { isListed } from '../../access/reading.ts';
import { LOOKED_AT_MAX } from '../../ledger/search.ts';
import { count } from '../../wording/numbers.ts';
import type { Say, SlackContext } from '../context.ts';
import { contextBlock, fitsMessage, header } from '../messages/blocks.ts';
import type { Caller } from '../api/payload.ts';
import { strip } from '../messages/card.ts';
import { factsAt } from '../messages/facts.ts';
import { oneLine } from '../messages/words.ts';
import { storyBlock, storyLine } from './story-line.ts';
import type { Wanted } from './wanted.ts';
import { HOWS, readWanted } from './wanted.ts';
import { directMessage } from '../../access/ids.ts';

/** `/tsa history`: what was asked for, by whoever, wherever, whenever, and what became of it. */

/** Nobody reads more lines than these at once. */
const SHOWN_MAX = 20;

/** The requests that these words describe: for those whom the policy lists. */
export async function history(context: SlackContext, { userId }: Caller, words: string): Promise<Say> {
  const world = await context.directory.recent([userId]);
  if (!isListed(world, userId))
    return { text: 'The history is for the people whom the policy lists. Ask an admin to be added.' };
  const { policy, tenants, clock } = context;
  const wanted = readWanted(words, {
    now: clock.now(),
    timeZone: policy.timeZone,
    scopes: policy.scopes,
    tenants: (text, limit) => {
      const exact = policy.tenants.get(text);
      return exact === undefined ? tenants.search(text, limit) : [exact];
    },
  });
  if (wanted.person !== null) await context.directory.learn([wanted.person]);
  const profile = wanted.person === null ? null : context.directory.profile(wanted.person);
  const found = await context.views.search(
    {
      from: wanted.span.from,
      until: wanted.span.until,
      tenantId: wanted.tenant?.id ?? null,
      person: profile?.user ?? wanted.person,
      scopeId: wanted.scope?.id ?? null,
      emergency: wanted.how.includes('emergency'),
      ways: wanted.how.filter((how) => how !== 'emergency'),
      words: wanted.words,
    },
    SHOWN_MAX,
  );
  const refused = await refusedBeside(context, wanted, profile?.user ?? wanted.person);
  const facts = found.newest.map((one) =>
    factsAt(one, directMessage(userId), context.directory.known(), clock.now()),
  );
  const title = titleOf(found.count, wanted, profile?.name ?? null);
  const draw = (shown: number): KnownBlock[] => [
    header(title),
    ...facts.slice(0, shown).map(storyBlock),
    ...footnotes(wanted, found, refused, shown).map(contextBlock),
  ];
  let shown = facts.length;
  while (shown > 1 && !fitsMessage(draw(shown))) shown -= 1;
  return {
    text: [
      oneLine(title),
      ...facts.slice(0, shown).map((one) => strip(storyLine(one))),
      ...footnotes(wanted, found, refused, shown),
    ].join('\n'),
    blocks: draw(shown),
  };
}

/** What was tried in vain in that time, where nothing but a tenant or a person is asked about. */
async function refusedBeside(
  { views }: SlackContext,
  { tenant, scope, how, words, span }: Wanted,
  person: string | null,
): Promise<number> {
  if (scope !== null || how.length > 0 || words.length > 0) return 0;
  if ((tenant === null) === (person === null)) return 0;
  const of = tenant === null ? { person: person ?? '' } : { tenantId: tenant.id };
  return views.refused(of, span.from, span.until);
}

function titleOf(found: number, wanted: Wanted, person: string | null): string {
  const of = [
    ...(wanted.tenant === null ? [] : [wanted.tenant.name]),
    ...(wanted.person === null ? [] : [person ?? wanted.person]),
    ...(wanted.scope === null ? [] : [wanted.scope.name]),
    ...wanted.how,
    ...wanted.words.map((word) => `“${word}”`),
  ];
  return `${count(found, 'request')} ${wanted.span.text}${of.length === 0 ? '' : `: ${of.join(' · ')}`}`;
}

function footnotes(
  { unclear, words }: Wanted,
  { count: all, all: lookedAtAll }: { readonly count: number; readonly all: boolean },
  refused: number,
  shown: number,
): string[] {
  const quoted = words.map((word) => `“${oneLine(word, 80)}”`).join(' and ');
  return [
    ...unclear.map((one) => `:grey_question: ${oneLine(one, 300)}`),
    ...(words.length === 0 ? [] : [`I looked for ${quoted} in reasons and cases.`]),
    ...(all > shown ? [`… and ${all - shown} more, older. ${NARROW}`] : []),
    ...(refused === 0 ? [] : [`${count(refused, 'refused attempt')} in that time.`]),
    ...(lookedAtAll
      ? []
      : [
          `I looked at the newest ${LOOKED_AT_MAX.toLocaleString('en')} of that time only. Name a shorter one.`,
        ]),
    ...(all === 0 ? [NARROW] : []),
  ];
}

const NARROW = `You can name a tenant, a person, a scope, a time (\`7d\`, \`2026-W47\`, \`last month\`, \`2026-11-01..2026-11-20\`), ${HOWS.map((how) => `\`${how}\``).join(', ')}, or words of the reason or case.`;
