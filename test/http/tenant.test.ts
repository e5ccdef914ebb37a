import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import {
  approve,
  ask,
  cancel,
  closeOut,
  declare,
  deny,
  end,
  file,
  review,
  start,
  takeOn,
} from '../support/access-commands.ts';
import {
  ANN,
  cara,
  CARA,
  carl,
  CARL,
  EVE,
  GUS,
  HOUR,
  MINUTE,
  OLA,
  REASON,
  RITA,
  T0,
  TENANTS,
  worldOf,
} from '../support/access-fixtures.ts';
import type { TestPages } from '../support/test-pages.ts';
import { openTestPages, facts } from '../support/test-pages.ts';

/** A life in Acme: one session closed out, one emergency that runs, one request denied; and one in Bolt. */
async function lived(): Promise<TestPages> {
  const d = openTestPages(worldOf({ limits: { openRequests: 9 } }));
  await d.given(RITA, file());
  await d.given(ANN, approve(), 1);
  await d.given(GUS, start, 1);
  d.clock.turn(20 * MINUTE);
  await d.given(GUS, end, 1);
  await d.given(OLA, closeOut(), 1);
  await d.given(RITA, file({ scopeId: 'read' }));
  await d.given(ANN, deny, 2);
  await d.given(RITA, file({ tenantId: 'bolt' }));
  await d.given(EVE, declare());
  return d;
}

describe('The tenant’s page', () => {
  it('says who is in, with what, since when and until when, and nobody when nobody is', async () => {
    const d = await lived();
    const { path } = await d.issue('tenant');
    const { status, text } = await d.get(path);
    expect(status).toBe(200);
    expect(text).toContain(
      'EMERGENCY: Eve of our support is in Acme Ltd (production) with The admin scope, until 2 Mar 2026, 10:20 UTC. 1 h left',
    );
    const json: unknown = JSON.parse((await d.get(`${path}/status.json`)).body);
    expect(json).toMatchObject({
      now: '2026-03-02T09:20:00.000Z',
      sessions: [
        { who: 'Eve', emergency: true, since: '2026-03-02T09:20:00.000Z', until: '2026-03-02T10:20:00.000Z' },
      ],
    });
    d.clock.turn(HOUR);
    expect((await d.get(path)).status).toBe(410);
    const later = await d.issue('tenant');
    expect((await d.get(later.path)).text).toContain('Nobody of our support is in your tenant now.');
    expect((await d.get(`${later.path}/status.json`)).body).toContain('"sessions":[]');
  });

  it('shows what was, newest first, in pages, and nothing of another tenant', async () => {
    const d = openTestPages(worldOf({ limits: { openRequests: 99 } }));
    for (let no = 1; no <= 47; no++) {
      await d.given(RITA, file({ tenantId: no % 2 === 0 ? 'bolt' : 'acme', notBefore: T0 + HOUR }));
      await d.given(RITA, cancel, no);
    }
    const { path } = await d.issue('tenant');
    const seen: string[] = [];
    let next: string | undefined = path;
    for (let page = 0; next !== undefined && page < 9; page++) {
      const { body } = await d.get(next);
      seen.push(...[...body.matchAll(/>(TSA-\d+)</g)].map((found) => found[1] ?? ''));
      next = /<a href="([^"]+)">Older<\/a>/.exec(body)?.[1];
    }
    expect(seen).toEqual(Array.from({ length: 24 }, (_, i) => `TSA-${47 - 2 * i}`));
    for (const before of ['', 'x', '-1.-1', '1.1.1', '9'.repeat(20)])
      expect((await d.get(`${path}?before=${before}`)).status).toBe(200);
  });

  it('shows each session’s record: who asked, approved and used it, why, when, and what was done', async () => {
    const d = await lived();
    const { path } = await d.issue('tenant');
    const { text } = await d.get(`${path}/1`);
    for (const fact of [
      'TSA-1: Resolved',
      'Asked by Rita, 2 Mar 2026, 09:00 UTC',
      'Who enters Gus',
      'Approved by Ann (2 Mar 2026, 09:00 UTC)',
      'Session from 2 Mar 2026, 09:00 UTC, by Gus; Gus ended it on 2 Mar 2026, 09:20 UTC',
      REASON,
      'What was done Fixed: Yes. Every extra permission was taken away again, and that was checked. Removed 14 duplicates.',
      'Ann approved.',
      'Gus entered, until 2 Mar 2026, 10:00 UTC at the latest.',
    ])
      expect(text).toContain(fact);
    for (const ours of ['Their import ran twice.', 'UGUS', 'UANN']) expect(text).not.toContain(ours);
    const denied = (await d.get(`${path}/2`)).text;
    expect(denied).toContain('TSA-2: Declined');
    expect(denied).not.toContain('Please use the staging tenant.');
    await d.given(ANN, review, 4);
    const emergency = (await d.get(`${path}/4`)).text;
    expect(emergency).toContain('It did not wait for your consent');
    expect(emergency).toContain('Ann judged the emergency justified.');
  });

  it('gives its record as CSV in which nothing is a formula', async () => {
    const d = openTestPages();
    await d.given(
      RITA,
      file({
        reason: `=HYPERLINK("https://evil.example") ${REASON}`,
        caseRef: '+49 123',
        offLimits: '@SUM(1)',
      }),
    );
    await d.given(RITA, file({ tenantId: 'bolt' }));
    const { path } = await d.issue('tenant');
    const { headers, body } = await d.get(`${path}/record.csv`);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe('attachment; filename="support-access-acme.csv"');
    const rows: unknown = parse(body, { columns: true });
    expect(rows).toMatchObject([
      {
        request: 'TSA-1',
        status: 'Waits for approval',
        asked_by: 'Rita',
        asked_at: '2026-03-02T09:00:00.000Z',
        reason: `'=HYPERLINK("https://evil.example") ${REASON}`,
        case: "'+49 123",
        off_limits: "'@SUM(1)",
      },
    ]);
  });

  it('shows what products say was done, with a badge, and gives all of it as CSV', async () => {
    const d = await lived();
    const told = (n: number, at: number) =>
      ({ id: `a${n}`, at, what: `=1+${n} <b>`, on: null, level: 'danger', outcome: 'failed' }) as const;
    const batch = (requestNo: number, actions: readonly ReturnType<typeof told>[]) =>
      d.handler.recordActions(
        { requestNo, product: { keyId: 'k', name: 'Harbor console' }, actions, mayAskAbout: () => true },
        d.world.policy,
      );
    await batch(
      1,
      Array.from({ length: 60 }, (_, n) => told(n, T0 + n)),
    );
    await batch(1, [told(60, T0 + HOUR)]);
    const { path } = await d.issue('tenant');
    const { text, body } = await d.get(`${path}/1`);
    expect(text).toContain(
      'What was done in the product 61 actions, as your product tells it; the newest 50 first.',
    );
    expect(text).toContain(
      'UTC · Harbor console Support Access dangerous: =1+60 <b>. It failed. Done after the session was over.',
    );
    expect(text.match(/Support Access dangerous/g)).toHaveLength(50);
    expect(body).not.toContain('<b>');
    expect((await d.get(`${path}/4`)).text).not.toContain('What was done in the product');

    const { headers, body: csv } = await d.get(`${path}/1/actions.csv`);
    expect(headers.get('content-disposition')).toBe('attachment; filename="TSA-1-actions.csv"');
    const rows: unknown[] = parse(csv, { columns: true });
    expect(rows).toHaveLength(61);
    expect(rows[0]).toEqual({
      request: 'TSA-1',
      badge: 'Support Access',
      at: '2026-03-02T10:00:00.000Z',
      level: 'danger',
      what: "'=1+60 <b>",
      on: '',
      outcome: 'failed',
      after_end: 'yes',
      product: 'Harbor console',
      id: 'a60',
    });
    const record: unknown[] = parse((await d.get(`${path}/record.csv`)).body, { columns: true });
    expect(record).toMatchObject([{ actions: '0' }, { actions: '' }, { actions: '61' }]);

    // What is another tenant's is not there.
    for (const no of [3, 99]) expect((await d.get(`${path}/${no}/actions.csv`)).status).toBe(404);
  });

  it('stops a session that nobody expected, with the code of the mail, and without it does not', async () => {
    const d = await lived();
    const { path, code, wrong } = await d.issue('tenant');
    const before = d.trace();
    expect((await d.post(`${path}/4`, { code: wrong, answer: 'report' })).status).toBe(422);
    expect((await d.post(`${path}/4`, { answer: 'report' })).status).toBe(422);
    expect(d.trace()).toBe(before);
    expect((await d.post(`${path}/4`, { code, answer: 'report' })).text).toContain('Cara stopped it on');
    expect((await d.post(`${path}/4`, { code, answer: 'report' })).status).toBe(200);
    expect(facts(d).filter((fact) => fact.startsWith('session.ended'))).toEqual([
      `session.ended by ${GUS}`,
      `session.ended by customer:${CARA}`,
    ]);
    const over = await d.post(`${path}/1`, { code, answer: 'report' });
    expect(over.status).toBe(409);
    expect(over.text).toContain('It was too late for this. The session of TSA-1 is over: Gus ended it');
  });

  it('cancels what its reader asked for', async () => {
    const d = openTestPages();
    await d.given(cara, ask());
    const { path, code } = await d.issue('tenant');
    expect((await d.get(`${path}/1`)).text).toContain('Cancel it: nobody enters for it after that.');
    expect((await d.post(`${path}/1`, { code, answer: 'cancel' })).text).toContain('You cancelled TSA-1');
  });

  it('cancels what its reader asked for in Slack', async () => {
    const both = TENANTS.map((t) => ({
      ...t,
      contacts: [{ name: 'Cara', slack: CARL, email: CARA }],
    }));
    const d = openTestPages(worldOf({ tenants: both }));
    await d.given(carl, ask());
    const { path, code } = await d.issue('tenant');
    expect((await d.get(`${path}/1`)).text).toContain('Cancel it: nobody enters for it after that.');
    expect((await d.post(`${path}/1`, { code, answer: 'cancel' })).text).toContain('You cancelled TSA-1');
  });

  it('gives the summary that was written for whoever asked for help', async () => {
    const d = openTestPages();
    await d.given(cara, ask());
    await d.given(GUS, takeOn(), 1);
    await d.given(GUS, end, 1);
    await d.given(GUS, closeOut({ removed: [] }), 1);
    const { path } = await d.issue('tenant');
    expect((await d.get(`${path}/1`)).text).toContain('Summary Each invoice shows once again.');
    expect((await d.get(`${path}/record.csv`)).body).toContain('"Each invoice shows once again."');
  });

  it('asks whoever asked for help what came of it: it works, or what still fails', async () => {
    const d = openTestPages();
    await d.given(cara, ask());
    await d.given(GUS, takeOn(), 1);
    await d.given(GUS, end, 1);
    await d.given(GUS, closeOut({ removed: [] }), 1);
    const { path, code } = await d.issue('tenant');
    expect((await d.get(`${path}/1`)).text).toMatch(/Does it work\?.*It works.*It is not fixed/s);
    expect((await d.post(`${path}/1`, { code, answer: 'not_fixed', reason: ' ' })).status).toBe(422);
    const reason = 'March still shows twice.';
    expect((await d.post(`${path}/1`, { code, answer: 'not_fixed', reason })).text).toContain('open again');
    const told = await d.get(`${path}/1`);
    expect(told.text).toContain('March still shows twice.');
    expect(told.text).not.toContain('Does it work?');
    await d.given(GUS, closeOut({ removed: [] }), 1);
    const later = await d.issue('tenant');
    const thanks = await d.post(`${later.path}/1`, { code: later.code, answer: 'works' });
    expect(thanks.text).toContain('TSA-1 is settled');
    expect((await d.get(`${later.path}/1`)).text).toContain('says that it works');
  });

  it('waits for names no longer than once while Slack is silent', async () => {
    let asked = 0;
    const silent = (): Promise<void> => {
      asked += 1;
      return new Promise(() => undefined);
    };
    const d = openTestPages(worldOf(), { learn: silent });
    await d.given(RITA, file());
    const { path } = await d.issue('tenant');
    for (let look = 0; look < 5; look += 1)
      expect((await d.get(path)).text).toContain('a member of the support team');
    expect(asked).toBe(2);
    d.clock.turn(MINUTE);
    await d.get(path);
    expect(asked).toBe(3);
  });

  it('takes back what was approved, before it starts', async () => {
    const d = openTestPages();
    await d.given(RITA, file());
    await d.given(ANN, approve(), 1);
    const { path, code } = await d.issue('tenant');
    expect((await d.get(`${path}/1`)).text).toContain('Take it back before it starts');
    const { text } = await d.post(`${path}/1`, { code, answer: 'revoke' });
    expect(text).toContain(
      'You took TSA-1 back Cara cancelled TSA-1 on 2 Mar 2026, 09:00 UTC; nobody gets access.',
    );
    expect(facts(d, 3)).toEqual([`request.cancelled by customer:${CARA}`]);
  });
});
