import type { DestinationStream } from 'pino';
import { redact } from './redact.ts';

/** A line is short, and what is said again and again is counted: whoever makes the app complain does not fill the disk. */

/** In bytes, its end included. */
const LINE_MAX = 1_024;
/** Of one message, so many lines that differ are told; the others are counted. */
const DIFFERENT_MAX = 10;
/** So many messages of a level are told apart; what comes beyond is counted together. */
const KINDS_MAX = 100;
/** What is told at these levels is counted. What is finer was asked for by somebody who wants to see it all. */
const COUNTED: ReadonlySet<unknown> = new Set(['info', 'warn', 'error']);

type Entry = Readonly<Record<string, unknown>>;

/** One message, as far as it was told. */
interface Kind {
  readonly level: unknown;
  readonly msg: unknown;
  readonly told: Set<string>;
  /** How often it came that was not told, and when last. */
  again: number;
  at: unknown;
}

/** Lines for that stream. What was counted is told when so much time has passed since the first line, or when it is flushed. */
export function createLines(out: DestinationStream, windowMs: number): DestinationStream & { flush(): void } {
  const kinds = new Map<string, Kind>();
  let timer: NodeJS.Timeout | undefined;

  function kindOf({ level, msg }: Entry): Kind {
    const own = `${String(level)} ${String(msg)}`;
    const isOwn = kinds.has(own) || kinds.size < KINDS_MAX;
    const key = isOwn ? own : String(level);
    const kind = kinds.get(key) ?? {
      level,
      msg: isOwn ? msg : 'other messages',
      told: new Set(),
      again: 0,
      at: null,
    };
    kinds.set(key, kind);
    return kind;
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const { level, msg, again, at } of kinds.values())
      if (again > 0) out.write(lineOf(at, { level, repeated: again, msg }));
    kinds.clear();
  }

  return {
    write(line) {
      const { time, ...said } = readEntry(line);
      if (!COUNTED.has(said['level'])) {
        out.write(lineOf(time, said));
        return;
      }
      timer ??= setTimeout(flush, windowMs).unref();
      const kind = kindOf(said);
      const words = wordsOf(said);
      if (kind.told.has(words) || kind.told.size >= DIFFERENT_MAX) {
        kind.again += 1;
        kind.at = time;
        return;
      }
      kind.told.add(words);
      out.write(lineOf(time, said));
    },
    flush,
  };
}

function readEntry(line: string): Entry {
  try {
    const entry: unknown = redact(JSON.parse(line), ROOM);
    return typeof entry === 'object' && entry !== null ? { ...entry } : { msg: entry };
  } catch {
    return { msg: redact(line) };
  }
}
/** More than one thing leaves of itself: several are in a line. */
const ROOM = 20_000;

function lineOf(time: unknown, said: Entry): string {
  return `{"time":${JSON.stringify(time ?? null)},${wordsOf(said).slice(1)}\n`;
}
/** Room for the time and the end of the line. */
const WORDS_MAX = LINE_MAX - 50;

/** All of it, if that is short enough; else as much of each part as there is room for. */
function wordsOf(said: Entry): string {
  const whole = JSON.stringify(said);
  if (Buffer.byteLength(whole) <= WORDS_MAX) return whole;
  for (const texts of [400, 250, 120, 50]) {
    const words = JSON.stringify(shortened(said, texts));
    if (Buffer.byteLength(words) <= WORDS_MAX) return words;
  }
  return JSON.stringify(shortened({ level: said['level'], msg: said['msg'] }, 50));
}

/** How many things of a list, or of a thing with names, are worth saying when there is little room. */
const PARTS_MAX = 8;

function shortened(value: unknown, texts: number): unknown {
  if (typeof value === 'string') return value.length <= texts ? value : `${value.slice(0, texts)}…`;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.slice(0, PARTS_MAX).map((item) => shortened(item, texts));
  const entries: readonly [string, unknown][] = Object.entries(value);
  return Object.fromEntries(
    // The message comes last.
    [...entries.slice(0, PARTS_MAX), ...entries.slice(PARTS_MAX).slice(-1)].map(([key, item]) => [
      String(shortened(key, texts)),
      shortened(item, texts),
    ]),
  );
}
