/** Lengths of time as people write them: `90s`, `30m`, `2h`, `1h 30m`, `1d`. */

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The length in milliseconds, or `null` if it is not written that way. A bare number is minutes. */
export function parseDuration(text: string): number | null {
  const written = text.trim().toLowerCase();
  if (/^\d{1,6}$/.test(written)) return Number(written) * 60_000;
  const parts = [...written.matchAll(/(\d{1,6})\s*(s|m|h|d)[a-z]*\s*/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== written) return null;
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (UNIT_MS[unit ?? ''] ?? NaN), 0);
}
