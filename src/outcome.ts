import { missingWords } from './wording/gap.ts';
import type { Restored } from './ledger/restore.ts';
import type { Verdict } from './ledger/verify.ts';

/** What became of what the operator asked for: said in words, and given back as the exit code. */

export const WELL = 0;
export const ATTENTION = 1;
export const NOT_DONE = 2;

/** Is it whole, and what is its head? */
export function told(verdict: Verdict, which: string): number {
  if (verdict.ok) {
    const { events, requests, head } = verdict;
    console.log(`${which} is whole: ${events} events, ${requests} requests.\nHead: ${events}:${head}`);
    return WELL;
  }
  const where = verdict.seq === null ? '' : ` at event ${verdict.seq}`;
  console.error(`${which} is NOT whole${where}: ${verdict.wrong}.`);
  return ATTENTION;
}

/** What is put back, what is missing, and what is kept. */
export function restored(result: Restored, database: string, file: string): number {
  if (!result.done) return told(result.verdict, `Nothing was changed: the backup ${file}`);
  const { aside, gap } = result;
  const kept = aside === null ? '' : ` What was there before is kept as ${aside}.`;
  console.log(`${database} is put back to ${file}.${kept}`);
  if (gap === null) console.log('Nothing is missing: the backup ends where the ledger did.');
  else
    console.log(
      `${missingWords(gap)} The next request is TSA-${gap.nextNo}. Start the program; an admin must confirm in Slack that this is known before any session can start.`,
    );
  return told(result.verdict, 'The ledger');
}
