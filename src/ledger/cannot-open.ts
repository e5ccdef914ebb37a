/** The ledger cannot be opened, and what to do about it: shown to the operator as it is. */
export class CannotOpen extends Error {
  override readonly name = 'CannotOpen';
}
