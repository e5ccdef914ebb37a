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
    case 'access.orphan_found':
    case 'access.orphan_removed': {
      const { connector, accessId, grantee } = event;
      // Once a day, however often it is found.
      const day = new Date(at).toISOString().slice(0, 10);
      const key = `${event.type}:${connector}:${accessId ?? grantee}:${day}`;
      return [...new Set([channels.alert, channels.security ?? channels.alert])].map((channel) => ({
        key: `${key}:${channel}`,
        destination: `channel:${channel}`,
        message: { kind: 'orphan', seq },
      }));
    }
  }
}
