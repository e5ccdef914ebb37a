import type { Kysely } from 'kysely';
import { message } from '../notifications/message.ts';
import { readOwedOrders } from '../ledger/owed-orders.ts';
import { digestsIn, owedDigest } from '../ledger/owed-digest.ts';
import type { Retold } from '../ledger/retell.ts';
import type { Tables } from '../ledger/tables.ts';
import type { BesideCheck } from '../ledger/verify-beside.ts';
import { readLinks } from '../ledger/links.ts';
import { addressOf } from '../access/ids.ts';

/**
 * Is what the outside world is told what the events owe it: nothing left out, sent elsewhere, changed or added? What was
 * settled long ago is not kept; until when, an event says.
 */

/** Where something is shown, as whoever shows it remembers. */
export interface ShownPlaces {
  readonly requests: readonly {
    readonly no: number;
    readonly destination: string;
    readonly version: number;
  }[];
  /** What is about no one request. */
  readonly others: readonly string[];
}

type Row = Pick<Tables['outbox'], 'seq' | 'key' | 'destination' | 'body'> & { id: number; state: string };

/** Rows that are read at once. */
const PAGE = 1_000;
/** A link to a tenant's page is issued no longer than that before it ends. */
const PAGE_LINK_MS = 60 * 60_000;

/** `readShown`: what whoever shows it remembers. */
export async function createOwedRows(
  db: Kysely<Tables>,
  readShown: (db: Kysely<Tables>) => Promise<ShownPlaces>,
): Promise<BesideCheck> {
  const { redirected, dropped, clearedUntil } = await readOwedOrders(db);
  let rows: readonly Row[] = [];
  let next = 0;
  let lastId = 0;
  let more = true;
  /** What was to be told where, as far as it is kept. */
  const told = new Set<string>();

  function remember({ body, destination }: Row): void {
    const what = message.parse(JSON.parse(body));
    const email = addressOf(destination);
    if (what.kind === 'card') told.add(shown(what.no, 0, destination));
    if (what.kind === 'notice') told.add(shown(what.no, what.version, destination));
    if (what.kind === 'mail' || what.kind === 'consent_mail')
      told.add(linked(what.no, what.version, email ?? ''));
    if ((what.kind === 'tenant_mail' || what.kind === 'invitation') && email !== null)
      told.add(linked(null, what.tenantId, email));
  }

  function wrongRow(row: Row, due: string[]): string | null {
    const moved = (redirected.get(row.key) ?? []).filter(({ seq }) => seq > row.seq);
    const place = moved.at(-1)?.to ?? row.destination;
    if (place !== row.destination) return `${row.key} goes to ${row.destination}, not to ${place}`;
    const asOwed = { ...row, destination: moved[0]?.from ?? row.destination };
    const at = due.indexOf(owedDigest(asOwed).toString('hex'));
    if (at === -1) return `${row.key} to ${row.destination} is not what it owes`;
    due.splice(at, 1);
    const wasDropped = (dropped.get(row.key) ?? 0) > row.seq;
    if (wasDropped !== (row.state === 'dropped'))
      return `${row.key} is ${row.state}, but ${wasDropped ? 'was given up' : 'nobody gave it up'}`;
    remember(row);
    return null;
  }

  async function wrongPlaces(
    requests: ReadonlyMap<number, Retold>,
    marks: readonly string[],
  ): Promise<string | null> {
    const places = await readShown(db);
    const known = new Set(marks.map((mark) => `restored:${mark}`));
    const unknown = places.others.find((one) => !known.has(one));
    if (unknown !== undefined) return `${unknown} is said to be shown, but the ledger knows nothing of it`;
    for (const { no, destination, version } of places.requests) {
      const request = requests.get(no);
      if (request === undefined || version > request.state.version)
        return `a message about TSA-${no} is said to show what never was`;
      const kept = request.row.filed_at >= clearedUntil;
      if (kept && !told.has(shown(no, version, destination)))
        return `${destination} is said to show TSA-${no}, which was never owed there`;
    }
    return null;
  }

  async function wrongLinks(requests: ReadonlyMap<number, Retold>): Promise<string | null> {
    for (const link of await readLinks(db)) {
      const { request_no: no, version, tenant_id: tenantId, email, expires_at: expiresAt } = link;
      if (no === null || version === null) {
        const kept = expiresAt - PAGE_LINK_MS >= clearedUntil;
        if (kept && !told.has(linked(null, tenantId, email)))
          return `a link to the page of ${tenantId} was never owed to ${email}`;
        continue;
      }
      const request = requests.get(no);
      if (request?.state.tenant.id !== tenantId || version > request.state.version)
        return `a link opens TSA-${no} for ${tenantId}, where it never was`;
      const kept = request.row.filed_at >= clearedUntil;
      if (kept && !told.has(linked(no, version, email)))
        return `a link that opens TSA-${no} was never owed to ${email}`;
    }
    return null;
  }

  return {
    async readOn(seq) {
      while (more && (rows.at(-1)?.seq ?? 0) <= seq) {
        const fresh: readonly Row[] = await db
          .selectFrom('outbox')
          .select(['id', 'seq', 'key', 'destination', 'body', 'state'])
          .where('id', '>', lastId)
          .orderBy('id')
          .limit(PAGE)
          .execute();
        rows = [...rows.slice(next), ...fresh];
        next = 0;
        lastId = fresh.at(-1)?.id ?? lastId;
        more = fresh.length === PAGE;
      }
    },
    wrong({ seq, at, owed }) {
      const due = [...digestsIn(owed)];
      for (let row = rows[next]; row !== undefined && row.seq <= seq; row = rows[next]) {
        next += 1;
        if (row.seq < seq) return `${row.key} is said to be owed by event ${row.seq}, after what came later`;
        const wrong = wrongRow(row, due);
        if (wrong !== null) return wrong;
      }
      // What was settled before then is gone; nothing is settled before it is owed.
      return due.length > 0 && at >= clearedUntil ? 'a message that it owes is missing' : null;
    },
    async wrongRest(requests, marks) {
      const left = rows[next];
      if (left !== undefined) return `${left.key} to ${left.destination} is owed by no event`;
      return (await wrongPlaces(requests, marks)) ?? wrongLinks(requests);
    },
  };
}

function shown(no: number, version: number, destination: string): string {
  return `${no} ${version} ${destination}`;
}

function linked(no: number | null, of: number | string, email: string): string {
  return `${no ?? 'page'} ${of} ${email}`;
}
