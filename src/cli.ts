import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { systemClock } from './clock.ts';
import { readDatabasePath } from './config.ts';
import { backUpDatabase, restoreDatabase, verifyDatabase } from './database.ts';
import { doctor } from './doctor.ts';
import { keysTool } from './keys-tool.ts';
import { CannotOpen } from './ledger/cannot-open.ts';
import { exportActions, exportEvents, exportRequests } from './ledger/export.ts';
import type { Ledger } from './ledger/open.ts';
import { openForReading } from './ledger/open.ts';
import type { Head } from './ledger/verify.ts';
import { readHead } from './ledger/verify.ts';
import { NOT_DONE, restored, told, WELL } from './outcome.ts';
import type { OwedOrder } from './owed-tool.ts';
import { owed, readOwedOrder } from './owed-tool.ts';

/** The operator's tool: looks at the ledger beside the program that runs, and changes nothing in it. */

const USAGE = `Usage: npm run -s tsa -- COMMAND [--database FILE]

  doctor        tells what is overdue, owed, or could not be delivered
  verify        checks every hash of the ledger, and everything that is shown against what happened
  verify --against N:HASH  … and that it still has the head that stood in a digest
  export        writes every event as a line of JSON, with all it takes to recompute its hash
  export --csv  writes every request as it stands now
  export --actions  writes every action that products told of, as a line of JSON
  owed list     tells which places take no messages, and how many wait there or were refused for good
  owed drop PLACE            gives up what is owed there; with the program stopped
  owed redirect PLACE OTHER  sends it to another place in Slack; with the program stopped
  backup FILE   makes a copy and checks it; the program may go on meanwhile
  restore FILE  puts a backup in the ledger's place, once the program is stopped; what was there is kept
  keys          makes, lists and revokes the keys by which products ask, and changes those that sign

With -s npm writes nothing of its own into what is written.
The ledger is TSA_DATABASE (data/tsa.sqlite if that is not set), or the file given with --database.
The exit code is 0 when all is well, 1 when something needs attention, 2 when it could not be done.`;

const COMMANDS = ['doctor', 'verify', 'export', 'owed', 'backup', 'restore'] as const;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  if (args[0] === 'keys') return keysTool(args.slice(1), systemClock.now());
  const asked = read(args);
  if (asked === null) {
    console.error(USAGE);
    return NOT_DONE;
  }
  if (asked.help) {
    console.log(USAGE);
    return WELL;
  }
  const { command, file, csv, actions, database, against } = asked;
  try {
    switch (command) {
      case 'doctor':
        return await looking(database, doctor);
      case 'verify':
        return told(
          await looking(database, (ledger) => verifyDatabase(ledger, against)),
          `The ledger ${database}`,
        );
      case 'export':
        return await looking(database, (ledger) =>
          write(actions ? exportActions(ledger) : csv ? exportRequests(ledger) : exportEvents(ledger)),
        );
      case 'owed':
        return asked.order === null ? NOT_DONE : await owed(database, asked.order);
      case 'backup':
        return told(await backUpDatabase(database, file, systemClock.now()), `The copy ${file}`);
      case 'restore':
        return restored(await restoreDatabase(database, file, systemClock), database, file);
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const what = error instanceof CannotOpen ? '' : `${command} of ${database} could not be done: `;
    console.error(`${what}${error.message}`);
    return NOT_DONE;
  }
}

interface Asked {
  readonly command: (typeof COMMANDS)[number];
  /** What is to be done with what places refused; `null` for every other command. */
  readonly order: OwedOrder | null;
  readonly file: string;
  readonly csv: boolean;
  readonly actions: boolean;
  readonly database: string;
  readonly help: boolean;
  /** A head that was kept. */
  readonly against: Head | null;
}

/** What is asked for, or `null` when it is not understood: nothing is guessed. */
function read(args: string[]): Asked | null {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        csv: { type: 'boolean', default: false },
        actions: { type: 'boolean', default: false },
        database: { type: 'string' },
        against: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const database = values.database ?? readDatabasePath();
    const { csv, actions, help } = values;
    const [command, file = ''] = positionals;
    const against = values.against === undefined ? null : readHead(values.against);
    if (help) return { command: 'doctor', order: null, file, csv, actions, database, help, against };
    const known = COMMANDS.find((one) => one === command);
    if (known === undefined) return null;
    const order = known === 'owed' ? readOwedOrder(positionals.slice(1)) : null;
    const files = known === 'backup' || known === 'restore' ? 1 : 0;
    const headed = values.against === undefined || (known === 'verify' && against !== null);
    const formed = known === 'export' ? !(csv && actions) : !csv && !actions;
    const right = known === 'owed' ? order !== null : positionals.length === 1 + files;
    return right && formed && headed
      ? { command: known, order, file, csv, actions, database, help, against }
      : null;
  } catch {
    return null;
  }
}

async function looking<T>(database: string, look: (ledger: Ledger) => Promise<T>): Promise<T> {
  const ledger = openForReading(database);
  try {
    return await look(ledger);
  } finally {
    await ledger.close();
  }
}

/** To standard output, no faster than it is read; whoever stops reading has seen enough. */
async function write(lines: AsyncGenerator<string>): Promise<number> {
  try {
    await pipeline(Readable.from(lines), process.stdout, { end: false });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  }
  return WELL;
}
