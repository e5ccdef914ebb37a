import type { ProgramEvent } from '../access/event.ts';
import type { Policy } from '../access/policy.ts';
import type { Owed } from './message.ts';
import { inChannel } from '../access/ids.ts';

/** Who must be told what the program itself has to say. Pure. */
export function oweProgram(
  { seq, at, event }: { readonly seq: number; readonly at: number; readonly event: ProgramEvent },
  { channels }: Pick<Policy, 'channels'>,
): readonly Owed[] {
  const alert = (key: string): Owed[] => [
    { key, destination: inChannel(channels.alert), message: { kind: 'clock', seq } },
  ];
  switch (event.type) {
    case 'clock.jumped':
      return alert(`clock:${seq}`);
    case 'clock.behind':
      // Once a day, however often it is started.
      return alert(`clock:behind:${new Date(at).toISOString().slice(0, 10)}`);
  }
}
