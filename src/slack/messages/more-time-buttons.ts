import type { Button } from '@slack/types';
import type { Active } from '../../access/state.ts';
import { ACTION } from '../interactions/action-ids.ts';
import { button } from './blocks.ts';
import { tsa } from '../../wording/numbers.ts';

/** Yes or no to more time. The yes says what it is to: one that is pressed too late gives nothing that was not read. */
export function moreTimeButtons(no: number, { extension }: Active, whose = ''): readonly Button[] {
  if (extension === null) return [];
  const it = tsa(no);
  return [
    button('Give the time', ACTION.extendYes, yesValue(no, extension.version), {
      style: 'primary',
      label: `Give ${it} the time${whose}`,
    }),
    button('No more time', ACTION.extendNo, String(no), {
      style: 'danger',
      label: `Give ${it} no more time${whose}`,
    }),
  ];
}

/** Which ask of which request a yes is to. */
export function yesValue(no: number, version: number): string {
  return `${no}:${version}`;
}

/** The same, read again; `null` for anything else. */
export function readYes(value: string): { readonly no: number; readonly version: number } | null {
  const [, no, version] = /^([1-9]\d{0,8}):([1-9]\d{0,8})$/.exec(value) ?? [];
  return no === undefined || version === undefined ? null : { no: Number(no), version: Number(version) };
}
