import { describe, expect, it } from 'vitest';
import { answer, inTestApp, written } from '../support/slack-acts.ts';
import { taking } from '../support/customers.ts';
import type { TestApp } from '../support/test-app.ts';
import { CHANNELS, file, fillIn, GOOD, requestForm } from '../support/test-app.ts';

/** What Slack leaves out in one place it sends as null, or empty, in another: nobody is locked out for it, or left without a word. */

type Thing = Readonly<Record<string, unknown>>;

const NOT_READ = /I could not read what Slack sent with that, so nothing was changed/;

/** The same payload with this in its view. */
function inView(s: TestApp, more: Thing): void {
  s.sandbox.faults.sends = (payload) => ({ ...payload, view: { ...(payload['view'] as Thing), ...more } });
}

/** The same payload with this in what was pressed. */
function inAction(s: TestApp, more: Thing): void {
  s.sandbox.faults.sends = (payload) =>
    Array.isArray(payload['actions'])
      ? { ...payload, actions: payload['actions'].map((one: Thing) => ({ ...one, ...more })) }
      : payload;
}

function says(s: TestApp, what: RegExp): readonly string[] {
  return s.logged.filter((line) => what.test(line));
}

const NOTHING = {
  team_id: null,
  name: null,
  real_name: null,
  tz: null,
  deleted: null,
  is_bot: null,
  is_restricted: null,
  is_ultra_restricted: null,
  is_stranger: null,
};

describe('Somebody of whom Slack says', () => {
  it.concurrent.each<[string, Thing, string?]>([
    ['no zone', { tz: null }],
    ['a zone that there is not', { tz: 'Mars/Olympus' }],
    ['no name', { real_name: null, name: '', profile: { real_name: null, display_name: '' } }, 'U0ADA'],
    ['no profile', { profile: null }],
    ['nothing in the profile', { profile: {} }],
    ['no organisation', { enterprise_user: null }],
    ['an organisation without a name', { enterprise_user: { enterprise_id: null, teams: null } }],
    ['nothing but who they are', { ...NOTHING, profile: null, enterprise_user: null }, 'U0ADA'],
    ['a name that is none, and a profile that is a text', { real_name: 7, profile: 'odd' }, 'U0ADA'],
  ])('%s asks and decides like everybody else', (_, said, approver = 'Ada') =>
    inTestApp(async (s) => {
      const { sam, ada } = s.cast;
      for (const { id } of [sam, ada]) {
        const person = s.sandbox.workspace.people.get(id);
        if (person !== undefined) person.said = said;
        await s.sandbox.humans.userChanged(id);
      }
      s.clock.turn(10 * 60_000);
      await file(s, { approver });
      await ada.presses('Approve', 'app', /TSA-1/);
      await sam.waitFor('app', /Approved by/);
    }),
  );

  it('a name that is none is logged with its place and kind', () =>
    inTestApp(async (s) => {
      const ada = s.sandbox.workspace.people.get(s.cast.ada.id);
      if (ada !== undefined) ada.said = { real_name: 7 };
      await file(s);
      expect(says(s, /"user":"U0ADA".*"path":"real_name","kind":"not a string"/)).not.toEqual([]);
    }));

  it('nothing that can be read may do nothing, and the log says what was odd', () =>
    inTestApp(async (s) => {
      await file(s);
      const ada = s.sandbox.workspace.people.get(s.cast.ada.id);
      if (ada !== undefined) ada.said = { is_restricted: 'perhaps' };
      expect(await answer(s, s.cast.ada, () => s.cast.ada.presses('Approve', 'app', /TSA-1/))).toMatch(
        /Nothing was changed/,
      );
      expect(says(s, /"path":"is_restricted","kind":"not a boolean"/)).not.toEqual([]);
      expect((await written(s)).life).toEqual(['TSA-1 request.filed']);
    }));
});

describe('A form', () => {
  it('about a request that comes without its number stays, and says that it could not be read', () =>
    inTestApp(async (s) => {
      await file(s);
      await s.cast.ada.presses('Deny', 'app');
      const why = await s.cast.ada.modal('Deny request');
      await why.types('Why not? The requester reads this', 'Please use the staging tenant.');
      for (const metadata of [null, undefined, '', 'odd']) {
        inView(s, { private_metadata: metadata });
        await why.submits();
        expect((await s.cast.ada.modal('Nothing was changed')).text).toMatch(NOT_READ);
        s.cast.ada.closes();
        expect(why.value('Why not? The requester reads this')).toBe('Please use the staging tenant.');
      }
      s.sandbox.faults.clear();
      await why.submits();
      await s.cast.sam.waitFor('app', /Please use the staging tenant/);
    }));

  it.concurrent.each<[string, unknown]>([
    ['nothing in its state', {}],
    ['no state', null],
    ['no values', { values: null }],
    ['fields that are null', { values: { tenant: null } }],
  ])('with %s is told at its fields what is missing', (_, state) =>
    inTestApp(async (s) => {
      const modal = await requestForm(s, s.cast.sam);
      await fillIn(modal);
      inView(s, { state });
      await modal.submits();
      expect(Object.keys(modal.errors)).toContain('Reason');
      s.sandbox.faults.clear();
      await modal.submits();
      expect(modal.text).toContain('TSA-1 is filed');
    }),
  );

  it.concurrent.each<[string, Thing]>([
    ['title, buttons and kind', { title: null, submit: null, close: null, type: null }],
    ['blocks', { blocks: null }],
    ['what nobody here uses', { team_id: null, app_id: null, bot_id: null, root_view_id: null }],
  ])('without its %s is filed like any other', (_, view) =>
    inTestApp(async (s) => {
      const modal = await requestForm(s, s.cast.sam);
      await fillIn(modal);
      inView(s, view);
      await modal.submits();
      expect(modal.text).toContain('TSA-1 is filed');
    }),
  );

  it.concurrent.each([null, undefined, []])('whose files are %j asks for help without any', (files) =>
    inTestApp(
      async (s) => {
        const { sam, ann } = s.cast;
        await sam.types('#support', '/tsa channel northwind');
        await s.later(0);
        await ann.presses('Ask for help', '#shared-northwind', /Need our team/);
        const modal = await ann.modal('Ask for help');
        await modal.types('What is wrong?', GOOD);
        await modal.types('What did you already try?', 'We ran the import again.');
        await modal.types('What do you expect to happen?', 'One invoice each.');
        await modal.chooses('How urgent is it?', 'High');
        s.sandbox.faults.sends = (payload) => {
          const copy = structuredClone(payload) as { view: { state: { values: Record<string, object> } } };
          const { values } = copy.view.state;
          for (const [block, inputs] of Object.entries(values))
            for (const [action, input] of Object.entries(inputs) as [string, Thing][])
              if (input['type'] === 'file_input') values[block] = { [action]: { ...input, files } };
          return { ...payload, ...copy };
        };
        await modal.submits();
        expect((await ann.modal()).text).toContain('TSA-1 is with our support team');
      },
      'socket',
      taking(),
    ),
  );

  it('that cannot be read at all stays below the words that say so', () =>
    inTestApp(async (s) => {
      const modal = await requestForm(s, s.cast.sam);
      await fillIn(modal);
      inView(s, { hash: 7 });
      await modal.submits();
      expect((await s.cast.sam.modal('Nothing was changed')).text).toMatch(NOT_READ);
      expect(says(s, /"path":"view.hash","kind":"not a string"/)).not.toEqual([]);
      s.sandbox.faults.clear();
      s.cast.sam.closes();
      await modal.submits();
      expect(modal.text).toContain('TSA-1 is filed');
    }));
});

describe('A press', () => {
  it.concurrent.each<[string, Thing]>([
    ['a block', { block_id: null }],
    ['a kind', { type: null, text: null }],
  ])('without %s does what it says', (_, more) =>
    inTestApp(async (s) => {
      await file(s);
      inAction(s, more);
      await s.cast.ada.presses('Approve', 'app', /TSA-1/);
      await s.cast.sam.waitFor('app', /Approved by/);
    }),
  );

  it.concurrent.each<[string, Thing]>([
    ['Approve', { value: null }],
    ['Deny', { value: '' }],
    ['Approve less', { value: undefined }],
    ['Ask a question', { value: 'odd' }],
  ])('of %s that does not say what it is about is answered with words', (button, more) =>
    inTestApp(async (s) => {
      await file(s);
      inAction(s, more);
      expect(await answer(s, s.cast.ada, () => s.cast.ada.presses(button, 'app', /TSA-1/))).toMatch(NOT_READ);
      expect((await written(s)).life).toEqual(['TSA-1 request.filed']);
    }),
  );

  it.concurrent.each<[string, Thing, RegExp]>([
    ['without a name', { action_id: null }, /"path":"actions.0.action_id","kind":"not a string"/],
    ['of an odd time', { action_ts: 7 }, /"path":"actions.0.action_ts","kind":"not a string"/],
  ])('%s is answered in a direct message, and logged by its place', (_, more, logged) =>
    inTestApp(async (s) => {
      await file(s);
      inAction(s, more);
      await s.cast.ada.presses('Approve', 'app', /TSA-1/);
      await s.cast.ada.waitFor('app', NOT_READ);
      expect(says(s, logged)).not.toEqual([]);
    }),
  );

  it('to which nothing can be said beside it is answered in a direct message', () =>
    inTestApp(async (s) => {
      await file(s);
      const card = await s.cast.ada.waitFor('app', /asks for your approval/);
      s.sandbox.faults.sends = (payload) => ({
        ...payload,
        response_url: null,
        channel: null,
        message: null,
      });
      await s.cast.noor.pressesOld('Approve', card);
      await s.cast.noor.waitFor('app', /Nothing was changed/);
    }));
});

describe('A shortcut beside a message', () => {
  it.concurrent.each([null, undefined, ''])('whose text is %j opens the form', (text) =>
    inTestApp(async (s) => {
      const { ann, sam } = s.cast;
      await ann.types('#shared-northwind', 'The import fails since this morning.');
      const message = await sam.waitFor('#shared-northwind', /The import fails/);
      s.sandbox.faults.sends = (payload) =>
        payload['type'] === 'message_action'
          ? { ...payload, action_ts: null, message: { ...(payload['message'] as Thing), text } }
          : payload;
      await sam.messageShortcut('request_access_for_message', message);
      expect((await sam.modal('Request access')).value('Reason')).toBe('');
    }),
  );

  it('that names no message is answered in a direct message', () =>
    inTestApp(async (s) => {
      const { ann, sam } = s.cast;
      await ann.types('#shared-northwind', 'The import fails since this morning.');
      const message = await sam.waitFor('#shared-northwind', /The import fails/);
      s.sandbox.faults.sends = (payload) => ({ ...payload, message: null });
      await sam.messageShortcut('request_access_for_message', message);
      await sam.waitFor('app', NOT_READ);
      expect(says(s, /"path":"message","kind":"not a object"/)).not.toEqual([]);
    }));
});

describe('An event', () => {
  const withEvent = (s: TestApp, more: Thing): void => {
    s.sandbox.faults.sends = (payload) => ({
      ...payload,
      event: { ...(payload['event'] as Thing), ...more },
    });
  };

  it('that the app was invited, without its time, is greeted once each time', () =>
    inTestApp(async (s) => {
      withEvent(s, { event_ts: null });
      s.sandbox.faults.duplicates = true;
      for (let times = 1; times <= 2; times += 1) {
        await s.sandbox.humans.invite(CHANNELS.support);
        await s.later(0);
        expect(s.cast.sam.sees('#support').filter(({ text }) => /^Hello\./.test(text))).toHaveLength(times);
      }
    }));

  it('that a Home was opened, without saying which tab, draws it', () =>
    inTestApp(async (s) => {
      withEvent(s, { tab: null, channel: null });
      expect((await s.cast.sam.opensHome()).text).not.toBe('');
    }));

  it.each<[string, Thing, RegExp]>([
    ['about nobody', { type: 'app_home_opened', user: null }, /"path":"user","kind":"not a string"/],
    ['about a group that is none', { type: 'subteam_members_changed' }, /"path":"subteam_id"/],
    ['about somebody without an id', { type: 'user_change', user: { id: 7 } }, /"path":"id"/],
    ['of no kind', { type: null }, /"path":"event.type"/],
    ['of a kind that is not known', { type: 'pigeon_landed' }, /"type":"pigeon_landed"/],
  ])('%s is logged by its place', (_, event, logged) =>
    inTestApp(async (s) => {
      withEvent(s, event);
      await s.sandbox.humans.openHome(s.cast.sam.id);
      await s.later(0);
      expect(says(s, logged)).not.toEqual([]);
    }),
  );
});

it('A command to which nothing can be said beside it is answered in a direct message', () =>
  inTestApp(async (s) => {
    s.sandbox.faults.sends = (payload) => ({ ...payload, response_url: null, enterprise_id: null });
    await s.cast.otto.types('#support', '/tsa review');
    await s.cast.otto.waitFor('app', /The last 7 days/);
  }));
