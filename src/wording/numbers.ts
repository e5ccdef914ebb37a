/** Numbers as people read and write them. */

/** The request's number for people. */
export function tsa(no: number): string {
  return `TSA-${no}`;
}

/** `TSA-42`, `tsa42` or `42` as a number; `null` for anything else. */
export function parseNo(text: string): number | null {
  const digits = /^(?:tsa[-\s]?)?(\d{1,9})$/i.exec(text.trim())?.[1];
  return digits === undefined || Number(digits) === 0 ? null : Number(digits);
}

/** One or many. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
