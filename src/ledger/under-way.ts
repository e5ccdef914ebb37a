import type { Kysely } from 'kysely';
import type { UserId } from '../access/policy.ts';
import type { OpenPhase } from '../access/state.ts';
import { compiled } from './compiled.ts';
import type { Tables } from './tables.ts';
import { isOutsideSlack } from '../access/ids.ts';

/** Whose access is under way: asked for, granted or in use. */
export interface UnderWay {
  /** Numbers of the requests that this person asked for, holds, or would hold. */
  of(person: UserId): Promise<readonly number[]>;
  /** Everybody in Slack who has such requests. */
  people(): Promise<readonly UserId[]>;
}

const PHASES: readonly OpenPhase[] = ['pending', 'unclaimed', 'unconfirmed', 'approved', 'active'];

const askedBy = compiled((db, { person }: { person: string }) =>
  db
    .selectFrom('request')
    .select('request_no')
    .where('requester', '=', person)
    .where('due_at', 'is not', null)
    .where('phase', 'in', [...PHASES]),
);
const heldBy = compiled((db, { person }: { person: string }) =>
  db
    .selectFrom('request')
    .select('request_no')
    .where('grantee', '=', person)
    .where('due_at', 'is not', null)
    .where('phase', 'in', [...PHASES]),
);
const everybody = compiled((db) =>
  db
    .selectFrom('request')
    .select(['requester', 'grantee'])
    .where('due_at', 'is not', null)
    .where('phase', 'in', [...PHASES]),
);

export function createUnderWay(db: Kysely<Tables>): UnderWay {
  return {
    async of(person) {
      const rows = [...(await askedBy(db, { person })), ...(await heldBy(db, { person }))];
      return [...new Set(rows.map((row) => row.request_no))].sort((a, b) => a - b);
    },
    async people() {
      const found = (await everybody(db, {})).flatMap(({ requester, grantee }) => [requester, grantee]);
      // An address is nobody in Slack.
      return [...new Set(found)].filter((one) => one !== null).filter((one) => !isOutsideSlack(one));
    },
  };
}
