import { systemClock } from './clock.ts';
import type { Config, ConfigProblem } from './config.ts';
import { configWords, readConfig, readEnvironment } from './config.ts';
import { secretProblems } from './connectors/registry.ts';
import { CannotOpen } from './ledger/cannot-open.ts';
import { createLog } from './log.ts';
import { loadPolicy, policyWords } from './policy/load.ts';
import type { Running } from './run.ts';
import { start } from './run.ts';

/** Reads the settings, starts the service, and stops it when it is told to. */

/** A stop that takes longer than what is in flight may take is forced. */
const FORCE_AFTER_MS = 9_500;

const settings = readConfig();
const policy = settings.ok
  ? loadPolicy(settings.config.policy, `${settings.config.database}.tenants`)
  : loadPolicy(settings.policy);
if (!settings.ok) console.error(configWords(settings.problems));
if (!policy.ok) console.error(policyWords(policy.problems));
const missing =
  settings.ok && policy.ok
    ? [...secretProblems(policy.connectors, readEnvironment()), ...apiProblems(settings.config, policy)]
    : [];
if (missing.length > 0) console.error(configWords(missing));
if (!settings.ok || !policy.ok || missing.length > 0) process.exit(1);

const log = createLog(settings.config.logLevel);
let running: Running | null = null;
let stopping = false;

async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info({ signal }, 'stopping: finishing what is in flight');
  setTimeout(() => process.exit(1), FORCE_AFTER_MS).unref();
  await running?.stop();
  log.info('stopped');
  process.exit(0);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    stop(signal).catch((error: unknown) => {
      log.error({ error }, 'stopping did not go well');
      process.exit(1);
    });
  });
process.on('exit', () => {
  log.flush();
});
// A refused reconnect is a rejection that nobody awaits: better to be restarted than to be deaf.
process.on('unhandledRejection', (error) => {
  if (stopping) return;
  log.fatal({ error }, 'something failed where nobody was watching; leaving, to be restarted');
  process.exit(1);
});

try {
  running = await start(settings.config, { ...policy, env: readEnvironment() }, systemClock, log);
} catch (error) {
  if (!(error instanceof CannotOpen)) throw error;
  console.error(`TSA cannot start.\n  ${error.message}`);
  process.exit(1);
}

/** Products check there what we sign, and ask there who may be in. */
function apiProblems(
  { accessApi }: Pick<Config, 'accessApi'>,
  { connectors }: { readonly connectors: ReadonlyMap<string, unknown> },
): readonly ConfigProblem[] {
  if (accessApi !== null || connectors.size === 0) return [];
  const [first = ''] = connectors.keys();
  return [
    {
      name: 'ACCESS_API_URL',
      wrong: `is missing (the connector ${first} needs it)`,
      instead:
        'the address at which your products reach this program, such as https://access.example.com; what is signed is checked there',
    },
  ];
}
