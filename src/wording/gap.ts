/** How much is lost, as far as that is known: for the operator's terminal and for Slack. */
export function missingWords({
  missing,
  exact,
}: {
  readonly missing: number | null;
  readonly exact: boolean;
}): string {
  if (missing === null) return 'How many events are missing is not known.';
  const events = missing === 1 ? '1 event is' : `${missing} events are`;
  return exact ? `${events} missing.` : `At least ${events} missing.`;
}
