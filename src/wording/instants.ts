import { DateTime } from 'luxon';

/** An instant in UTC, for places that cannot show it in each reader's own zone. */
export function inUtc(at: number): string {
  return DateTime.fromMillis(at, { zone: 'utc' }).toFormat("d LLL HH:mm 'UTC'");
}
