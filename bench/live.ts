import Database from 'better-sqlite3';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { nth } from './company.ts';
import type { Burst } from './http.ts';
import { burst, prepare } from './http.ts';
import { emptySubmission, slashCommand, submission, suggestion, typedWords } from './payloads.ts';
import type { Launched } from './processes.ts';
import { launch } from './processes.ts';

/** The program as Slack sees it, over HTTP, and the bare one beside it. */

/** How long Slack usually takes to answer; without it our own messages would be sent at a pace that Slack never allows. */
const SLACK_ANSWERS_MS = 150;
const DRAIN_LOOK_MS = 50;
const LOOKED_UP_AT_ONCE = 4;

export interface Slack {
  readonly apiUrl: string;
  readonly bot: string;
  readonly signingSecret: string;
  readonly teamId: string;
}

export const slackTold = z.object({
  apiUrl: z.string(),
  bot: z.string(),
  signingSecret: z.string(),
  teamId: z.string(),
});
/** As `npm start` has them. */
const NODE_FLAGS = ['--max-semi-space-size=4'];
const portTold = z.object({ port: z.number() });
export type Program = Launched<{ port: number }>;

/** `flags`: more of Node's own. */
export function launchApp(
  slack: Slack,
  policy: string,
  database: string,
  flags: readonly string[] = [],
): Promise<Program> {
  const env = {
    SLACK_BOT_TOKEN: slack.bot,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    PORT: '0',
    TSA_POLICY: policy,
    TSA_DATABASE: database,
  };
  return launch('../src/main.ts', [], env, portTold, [...NODE_FLAGS, ...flags]);
}

export function launchBare(slack: Slack): Promise<Program> {
  return launch('./bare.ts', [slack.signingSecret], {}, portTold);
}

/** The three things that people do over HTTP, each as one burst. */
export interface Client {
  commands(program: Program, many: number, inFlight: number, expected: string): Promise<Burst>;
  /** Filings, after which the outbox is emptied at full speed, so that the next round finds a quiet machine. */
  filings(app: Program, database: string, many: number, inFlight: number): Promise<Burst>;
  bareFilings(bare: Program, many: number, inFlight: number): Promise<Burst>;
  typing(program: Program, many: number, inFlight: number, expected: string): Promise<Burst>;
}

export function createClient(server: Launched<Slack>): Client {
  const { signingSecret, teamId } = server.told;
  const filed = new Map<Program, number>();
  const next = (program: Program, many: number): number => {
    const from = filed.get(program) ?? 0;
    filed.set(program, from + many);
    return from;
  };
  const forms = (program: Program, many: number): ReturnType<typeof prepare> => {
    const from = next(program, many);
    return prepare(
      signingSecret,
      'interactive',
      Array.from({ length: many }, (_, i) => submission(teamId, from + i)),
    );
  };
  return {
    commands(program, many, inFlight, expected) {
      const payloads = Array.from({ length: many }, () => slashCommand(teamId));
      return burst(program.told.port, prepare(signingSecret, 'slash_commands', payloads), inFlight, expected);
    },
    async filings(app, database, many, inFlight) {
      // Everybody was looked up within the last minute: what is measured is our work, not Slack's.
      const from = filed.get(app) ?? 0;
      const empty = prepare(
        signingSecret,
        'interactive',
        Array.from({ length: many }, (_, i) => emptySubmission(teamId, nth(from + i).engineer)),
      );
      await burst(app.told.port, empty, LOOKED_UP_AT_ONCE, '');
      server.send(SLACK_ANSWERS_MS);
      const result = await burst(app.told.port, forms(app, many), inFlight, 'is filed');
      server.send(0);
      await drained(database);
      return result;
    },
    bareFilings: (bare, many, inFlight) => burst(bare.told.port, forms(bare, many), inFlight, ''),
    typing(program, many, inFlight, expected) {
      const payloads = typedWords(many).map((typed) => suggestion(teamId, typed));
      return burst(program.told.port, prepare(signingSecret, 'interactive', payloads), inFlight, expected);
    },
  };
}

/** Waits until nothing is owed any more. */
async function drained(database: string): Promise<void> {
  const raw = new Database(database, { readonly: true });
  const owed = raw.prepare("select count(*) from outbox where state = 'owed'").pluck();
  while (Number(owed.get()) > 0) await sleep(DRAIN_LOOK_MS);
  raw.close();
}
