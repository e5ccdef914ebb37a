/** Lengths of time, as people write them (`90s`, `30m`, `2h`, `1h 30m`, `1d`) and as they read them. */

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Whole words only: a month is not a minute. */
const PART =
  /(\d{1,6})\s*(?:(s)(?:ec(?:ond)?s?)?|(m)(?:in(?:ute)?s?)?|(h)(?:(?:ou)?rs?)?|(d)(?:ays?)?)(?![a-z])\s*/g;

/** The length in milliseconds, or `null` if it is not written that way. A bare number is minutes. */
export function parseDuration(text: string): number | null {
  const written = text.trim().toLowerCase();
  if (/^\d{1,6}$/.test(written)) return Number(written) * 60_000;
  const parts = [...written.matchAll(PART)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== written) return null;
  return parts.reduce(
    (sum, [, number, ...units]) => sum + Number(number) * (UNIT_MS[units.find(Boolean) ?? ''] ?? NaN),
    0,
  );
}

/** A length of time: "45 s", "30 min", "1 h 30 min", "2 d 4 h". Never longer than it is. */
export function lasting(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const;
  const parts: string[] = [];
  let left = ms;
  for (const [name, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.slice(0, 2).join(' ') || '0 s';
}
