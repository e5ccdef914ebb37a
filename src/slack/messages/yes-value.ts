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
