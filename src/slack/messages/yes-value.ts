import type { Access } from '../../access/state.ts';
import { FILED } from '../../access/state.ts';
import { parseNo } from '../../wording/numbers.ts';

/** A yes to more time says what it is to: one that is pressed too late gives nothing that was not read. */

/** Which ask, of which request, a yes answers. */
export function yesValue(no: number, version: number): string {
  return `${no}:${version}`;
}

/** The same, read again; `null` for anything else. */
export function readYes(value: string): { readonly no: number; readonly version: number } | null {
  const [, no, version] = /^([1-9]\d{0,8}):([1-9]\d{0,8})$/.exec(value) ?? [];
  return no === undefined || version === undefined ? null : { no: Number(no), version: Number(version) };
}

/** A yes to a request says as which version it was read, where it was changed since it was filed. */
export function approvalValue(no: number, { askedIn }: Pick<Access, 'askedIn'>): string {
  return askedIn === FILED ? String(no) : yesValue(no, askedIn);
}

/** The same, read again; `null` for anything else. */
export function readApproval(value: string): { readonly no: number; readonly read: number } | null {
  const edited = readYes(value);
  if (edited !== null) return { no: edited.no, read: edited.version };
  const no = parseNo(value);
  return no === null ? null : { no, read: FILED };
}
