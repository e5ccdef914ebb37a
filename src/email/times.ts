import { DateTime } from 'luxon';

/** Instants as a mail says them: in UTC, with the zone written, because nobody knows where it is read. */

/** "14:30 UTC on 21 November 2026". */
export function fullTime(at: number): string {
  return utc(at).toFormat("HH:mm 'UTC on' d MMMM yyyy");
}

/** "14:30 UTC", or with the day where that is not today: for a subject. */
export function shortTime(at: number, now: number): string {
  return utc(at).toFormat(utc(at).hasSame(utc(now), 'day') ? "HH:mm 'UTC'" : "d MMM HH:mm 'UTC'");
}

/** "from 13:30 to 14:02 UTC on 21 November 2026". */
export function timeSpan(from: number, to: number): string {
  const start = utc(from).hasSame(utc(to), 'day') ? utc(from).toFormat('HH:mm') : fullTime(from);
  return `from ${start} to ${fullTime(to)}`;
}

function utc(at: number): DateTime {
  return DateTime.fromMillis(at, { zone: 'utc', locale: 'en' });
}
