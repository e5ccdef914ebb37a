import type { Player } from '../../sandbox/driver.ts';
import { player, until } from '../../sandbox/driver.ts';
import { parseView } from '../../sandbox/methods.ts';
import type { OpenView } from '../../sandbox/workspace.ts';
import type { Command } from '../../src/access/command.ts';
import type { Standing, World } from '../../src/access/people.ts';
import { certain } from '../../src/access/people.ts';
import type { Policy, Tenant } from '../../src/access/policy.ts';
import type { Ledger } from '../../src/ledger/open.ts';
import { openForReading } from '../../src/ledger/open.ts';
import type { Act, Way } from './permission-acts.ts';
import type { TestLedger } from './permission-states.ts';
import { userElsewhere } from '../../src/access/whose.ts';
import { CAST } from './permission-states.ts';
import type { Kind } from './permissions.ts';
import { KINDS } from './permissions.ts';
import type { Mode, TestApp } from './test-app.ts';
import { testApp } from './test-app.ts';

/** An app with a person of every kind, and one try of one of them, whatever the app ever showed them. */

/** Where whoever is not of ours is from. */
export const ELSEWHERE = 'T0NORTHWIND';
const TENANTS = 900;
/** Where everybody presses and types. */
const ROOM = { channel: 'C0ROOM', ts: '1.1' };
const OUTSIDERS = { guest: 'guest', deactivated: 'deactivated', bot: 'bot', external: 'external' } as const;
const STANDINGS: Partial<Record<Kind, Standing>> = { ...OUTSIDERS, contact: 'external' };

/** Outsiders stand in every list: what they are is all that keeps them out. */
export function everybody(policy: Policy): Policy {
  const out = [CAST.guest, CAST.deactivated, CAST.bot, CAST.external];
  const like = policy.tenants.get('contoso');
  if (like === undefined) throw new Error('there is no Contoso');
  const [read] = policy.scopes;
  if (read === undefined) throw new Error('there is no scope');
  const contacts = [{ name: 'Ann', slack: userElsewhere(CAST.contact, ELSEWHERE), email: null }];
  const tenants = Array.from({ length: TENANTS }, (_, i): [string, Tenant] => [
    `case-${i}`,
    { ...like, id: `case-${i}`, name: `Case ${i} Ltd`, channel: null, consent: 'notify', contacts },
  ]);
  return {
    ...policy,
    requesters: [CAST.requester, CAST.grantee, CAST.owner, CAST.bystander, ...out],
    admins: [CAST.admin, ...out],
    auditors: [CAST.auditor, ...out],
    approvers: [
      {
        people: [CAST.approver, CAST.deputy, CAST['former approver'], ...out],
        scopes: 'any',
        tenants: 'any',
      },
    ],
    deputies: new Map([[CAST.approver, [CAST.deputy, ...out]]]),
    emergency: {
      ...policy.emergency,
      people: [CAST.requester, CAST.grantee, CAST.owner, ...out],
      twoPeople: true,
      confirmWithinMs: 3_600_000,
    },
    scopes: [
      ...policy.scopes,
      { ...read, id: 'risky', highRisk: true },
      { ...read, id: 'consented', consent: true },
    ],
    limits: { ...policy.limits, openRequests: TENANTS, closeoutOverdueMs: null },
    tenants: new Map(tenants),
  };
}

/** The world in which each of them is what they are. */
export function worldWith(policy: Policy): World {
  const kindOf = new Map(KINDS.map((kind) => [CAST[kind], kind]));
  const standing = (user: string): Standing => STANDINGS[kindOf.get(user) ?? 'guest'] ?? 'member';
  return certain(policy, { standing, members: () => new Set(), absence: () => undefined });
}

/** What became of a try. */
export interface Tried {
  /** All that the person was told, in messages and forms. */
  readonly words: string;
  /** Did the app open the form for them? */
  readonly opened: boolean;
  /** What happened to the request: `session.ended by U0ADA`. */
  readonly facts: readonly string[];
  /** What the ledger says was refused them: `end not_allowed`. */
  readonly refused: readonly string[];
}

export class Trial {
  readonly testApp: TestApp;
  readonly #ledger: Ledger;
  #tenants = 0;

  private constructor(s: TestApp) {
    this.testApp = s;
    this.#ledger = openForReading(s.database);
  }

  static async open(mode: Mode): Promise<Trial> {
    const s = await testApp(mode, everybody);
    const { workspace } = s.sandbox;
    const newcomers = [
      ['owner', 'Ola Berg', workspace.teamId],
      ['deputy', 'Deb Marsh', workspace.teamId],
      ['bystander', 'Bea Stone', workspace.teamId],
      ['external', 'Eve Elsewhere', ELSEWHERE],
    ] as const;
    for (const [kind, name, teamId] of newcomers)
      workspace.addPerson({ id: CAST[kind], name, title: kind, teamId, tz: 'Etc/UTC', kind: 'member' });
    workspace.addChannel(ROOM.channel, 'room', Object.values(CAST));
    // Long enough for Slack to be asked about the newcomers.
    await s.later(10 * 60_000);
    return new Trial(s);
  }

  async close(): Promise<void> {
    await this.#ledger.close();
    await this.testApp.close();
  }

  /** The state from which this is tried, in a tenant of its own. */
  async given(act: Act, kind: Kind): Promise<{ readonly no: number; readonly tenantId: string }> {
    const { policy, app } = this.testApp;
    const world = worldWith(policy);
    const tenantId = `case-${this.#tenants}`;
    this.#tenants += 1;
    const ledger: TestLedger = {
      tenantId,
      async put(by: Kind, command: Command, no: number | null) {
        const actor = { kind: 'person', id: CAST[by] } as const;
        const { requestNo } = await app.handler.handle({
          command,
          requestNo: no,
          actor,
          world,
          delivery: null,
        });
        return requestNo ?? 0;
      },
    };
    return { no: await act.given(ledger, kind), tenantId };
  }

  /** Tries it as this person: the button or the command first, then the form, whether or not the app opened it. */
  async try(actor: string, way: Way, no: number, tenantId: string): Promise<Tried> {
    const { workspace, humans } = this.testApp.sandbox;
    const me = player(this.testApp.sandbox, actor);
    const stack = (): OpenView[] => workspace.stackOf(actor);
    stack().length = 0;
    const heard = this.#heard(me).length;
    const before = this.#head();
    const words: string[] = [];
    if (way.button !== undefined)
      await humans.pressStale(actor, ROOM, {
        type: 'button',
        block_id: 'b',
        action_id: way.button,
        value: way.to === undefined ? String(no) : `${no}:${way.to}`,
      });
    else await humans.say(actor, ROOM.channel, `/tsa ${way.command?.(no, tenantId) ?? ''}`);
    const done = this.#since(before, actor, no, tenantId);
    if (done.facts.length === 0 || way.form !== undefined || way.answers === true)
      await until(
        workspace,
        () => (stack().length > 0 || this.#heard(me).length > heard ? true : undefined),
        () => `${actor} was not answered`,
      );
    words.push(...this.#heard(me).slice(heard));
    let opened = false;
    if (way.form !== undefined) {
      const top = stack().at(-1);
      opened = top?.form.callback_id === way.form.id;
      const view = top !== undefined && opened ? top : this.#forged(me, way.form.id, no);
      words.push(textOf(view));
      const inputs = Object.entries(way.form.fills(tenantId));
      for (const [name, value] of inputs) fillIn(view, name, value);
      await humans.submit(actor, view.id);
      words.push(...stack().flatMap((one) => [textOf(one), ...Object.values(one.errors), one.trouble ?? '']));
      stack().length = 0;
    }
    return { words: words.join('\n'), opened, ...this.#since(before, actor, no, tenantId) };
  }

  version(no: number): unknown {
    return this.#ledger.raw.prepare('select version from request where request_no = ?').pluck().get(no);
  }

  #heard(me: Player): readonly string[] {
    return me.hears('#room');
  }

  /** A form that the app never opened for them. */
  #forged({ id }: Player, callbackId: string, no: number): OpenView {
    const { workspace } = this.testApp.sandbox;
    const plain = (text: string) => ({ type: 'plain_text', text });
    const form = parseView(
      {
        type: 'modal',
        callback_id: callbackId,
        private_metadata: String(no),
        title: plain('Forged'),
        submit: plain('Send'),
        blocks: [{ type: 'section', text: plain('…') }],
      },
      'modal',
    );
    const view = workspace.makeView(id, form, null);
    workspace.stackOf(id).push(view);
    return view;
  }

  #head(): number {
    return Number(this.#ledger.raw.prepare('select max(seq) from ledger_event').pluck().get());
  }

  #since(seq: number, actor: string, no: number, tenantId: string): Pick<Tried, 'facts' | 'refused'> {
    const facts = this.#ledger.raw
      .prepare(
        `select type || ' by ' || actor from ledger_event where seq > @seq and request_no in
           (select request_no from request where request_no = @no or tenant_id = @tenantId) order by seq`,
      )
      .pluck()
      .all({ seq, no, tenantId });
    const refused = this.#ledger.raw
      .prepare(
        `select (body ->> 'command') || ' ' || (body ->> 'reason') from
           (select seq, type, actor, json(cast(body as text)) as body from ledger_event where seq > @seq)
           where type = 'attempt.refused' and actor in (@actor, @elsewhere) order by seq`,
      )
      .pluck()
      .all({ seq, actor, elsewhere: userElsewhere(actor, ELSEWHERE) });
    // Who presses a button in a shared channel comes with their team, who types a command does not.
    return {
      facts: facts.map((fact) => String(fact).replace(`@${ELSEWHERE}`, '')),
      refused: refused.map(String),
    };
  }
}

/** Fills in the input of that name, or one that the form does not have. */
function fillIn(view: OpenView, name: string, value: string): void {
  const block = view.form.blocks.find(
    (one) => one.type === 'input' && (one.block_id === name || one.block_id?.startsWith(`${name}:`) === true),
  );
  const action = block?.type === 'input' ? block.element.action_id : `tsa_in_${name}`;
  view.values[block?.block_id ?? name] = { [action]: { type: 'plain_text_input', value } };
}

function textOf({ form }: OpenView): string {
  return form.blocks
    .flatMap((block) => (block.type === 'section' && block.text !== undefined ? [block.text.text] : []))
    .join('\n');
}
