import type { Workspace } from './workspace.ts';

/** The people and channels of the example company. Ids are stable: example policies name them. */
export const PEOPLE = {
  sam: { id: 'U0SAM', name: 'Sam Rivera', title: 'Support engineer', tz: 'Europe/Berlin', kind: 'member' },
  noor: { id: 'U0NOOR', name: 'Noor Haddad', title: 'Support engineer', tz: 'Asia/Kolkata', kind: 'member' },
  ada: { id: 'U0ADA', name: 'Ada Okafor', title: 'Support manager', tz: 'Europe/London', kind: 'member' },
  ben: {
    id: 'U0BEN',
    name: 'Ben Lindqvist',
    title: 'Head of support',
    tz: 'America/New_York',
    kind: 'member',
  },
  mia: { id: 'U0MIA', name: 'Mia Castellanos', title: 'Admin', tz: 'Europe/Madrid', kind: 'member' },
  otto: { id: 'U0OTTO', name: 'Otto Weiss', title: 'Auditor', tz: 'Europe/Vienna', kind: 'member' },
  gus: { id: 'U0GUS', name: 'Gus Guest', title: 'Contractor (guest)', tz: 'Europe/Berlin', kind: 'guest' },
  robo: { id: 'U0ROBO', name: 'Deploy Robot', title: 'Bot', tz: 'Etc/UTC', kind: 'bot' },
  dora: { id: 'U0DORA', name: 'Dora Gone', title: 'Left the company', tz: 'Europe/Berlin', kind: 'member' },
  ann: {
    id: 'U0ANN',
    name: 'Ann Customer',
    title: 'Northwind IT (other workspace)',
    tz: 'Europe/Paris',
    kind: 'member',
  },
} as const;

export const CHANNELS = {
  support: 'C0SUPPORT',
  alerts: 'C0ALERTS',
  review: 'C0REVIEW',
  northwind: 'C0NORTHWIND',
} as const;

export const APPROVERS_GROUP = 'S0MANAGERS';
const OTHER_TEAM = 'T0NORTHWIND';

/** Moves them in. */
export function settle(workspace: Workspace): void {
  for (const [key, person] of Object.entries(PEOPLE))
    workspace.addPerson({
      ...person,
      teamId: key === 'ann' ? OTHER_TEAM : workspace.teamId,
      deleted: key === 'dora',
    });
  const staff = Object.entries(PEOPLE)
    .filter(([key]) => key !== 'ann' && key !== 'dora')
    .map(([, person]) => person.id);
  workspace.addChannel(CHANNELS.support, 'support', [...staff, workspace.bot.id]);
  workspace.addChannel(CHANNELS.alerts, 'support-access-alerts', [...staff, workspace.bot.id]);
  workspace.addChannel(CHANNELS.review, 'access-review', [...staff, workspace.bot.id]);
  workspace.addChannel(CHANNELS.northwind, 'shared-northwind', [...staff, PEOPLE.ann.id, workspace.bot.id]);
  workspace.groups.set(APPROVERS_GROUP, [PEOPLE.ada.id, PEOPLE.ben.id]);
}
