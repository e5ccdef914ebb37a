import { expect, it } from 'vitest';
import { oweMail } from '../../src/notifications/owe.ts';
import { approve, file, start } from '../support/access-commands.ts';
import type { Change } from '../support/access-fixtures.ts';
import { ANN, cara, CARA, GUS, RITA, TENANTS } from '../support/access-fixtures.ts';
import { inPhase, story } from '../support/access-story.ts';

it('The current contacts are asked by mail when the one who consented is none any more', () => {
  const contacts = (...emails: readonly string[]): Change => ({
    tenants: TENANTS.map((tenant) => ({
      ...tenant,
      consent: 'required',
      contacts: emails.map((email) => ({ name: email, slack: null, email })),
    })),
  });
  const left = story(contacts(CARA))
    .given(RITA, file())
    .given(ANN, approve())
    .given(cara, approve())
    .in(contacts('carol@acme.example', 'cai@acme.example'))
    .when(GUS, start)
    .thenRefused({ reason: 'no_longer_valid', what: 'approval' }, 'approval.asked_again');
  const event = left.facts.at(-1)?.event;
  if (event === undefined) throw new Error('nothing happened');
  const owed = oweMail({ no: 1, event, before: null, after: inPhase(left, 'pending') }, left.world, left.now);
  expect(owed.map(({ destination, message }) => `${destination} ${message.kind}`)).toEqual([
    'later-mail:1:carol@acme.example consent_mail',
    'later-mail:1:cai@acme.example consent_mail',
  ]);
});
