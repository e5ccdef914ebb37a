/** Rounds in alternation, and what they amount to: a noisy machine is then noisy to both sides alike. */

/** One line of the table. */
export interface Row {
  readonly id: string;
  readonly what: string;
  readonly unit: string;
  readonly measured: number;
  readonly against: string;
  readonly baseline: number;
  /** The median of measured ÷ baseline of each round. */
  readonly ratio: number;
  readonly target: string | null;
  readonly ok: boolean | null;
}

export type Pair = readonly [measured: number, baseline: number];

/** What a row must reach. */
export type Target =
  | { readonly ratioAtLeast: number }
  | { readonly ratioAtMost: number }
  | { readonly below: number }
  | { readonly says: string; readonly holds: boolean };

/** Both sides once a round, next to each other, each first in every other round. */
export async function alternate<A, B>(
  rounds: number,
  measured: () => Promise<A>,
  baseline: () => Promise<B>,
): Promise<readonly (readonly [A, B])[]> {
  const pairs: (readonly [A, B])[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) {
      const first = await measured();
      pairs.push([first, await baseline()]);
    } else {
      const first = await baseline();
      pairs.push([await measured(), first]);
    }
  }
  return pairs;
}

/** A row of the table from paired rounds. */
export function toRow(
  { id, what, unit, against }: Pick<Row, 'id' | 'what' | 'unit' | 'against'>,
  pairs: readonly Pair[],
  target: Target | null = null,
): Row {
  const measured = median(pairs.map(([one]) => one));
  const baseline = median(pairs.map(([, other]) => other));
  const ratio = median(pairs.map(([one, other]) => one / other));
  const row = { id, what, unit, measured, against, baseline, ratio };
  if (target === null) return { ...row, target: null, ok: null };
  if ('ratioAtLeast' in target)
    return { ...row, target: `ratio ≥ ${target.ratioAtLeast}`, ok: ratio >= target.ratioAtLeast };
  if ('ratioAtMost' in target)
    return { ...row, target: `ratio ≤ ${target.ratioAtMost}`, ok: ratio <= target.ratioAtMost };
  if ('below' in target) return { ...row, target: `< ${target.below} ${unit}`, ok: measured < target.below };
  return { ...row, target: target.says, ok: target.holds };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which that share of them lies (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** The table as people read it. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [
    ['', 'what', 'measured', 'baseline', 'against', 'ratio', 'target', ''],
    ...rows.map((row) => [
      row.id,
      row.what,
      `${figure(row.measured)} ${row.unit}`,
      `${figure(row.baseline)} ${row.unit}`,
      row.against,
      row.ratio.toFixed(2),
      row.target ?? '–',
      row.ok === null ? '' : row.ok ? 'ok' : 'MISS',
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0)));
  const right = new Set([2, 3, 5]);
  return cells
    .map((line) =>
      line
        .map((cell, i) => (right.has(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function figure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
