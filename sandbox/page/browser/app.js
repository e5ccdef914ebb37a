// The page: one person's window on the local workspace. All state is the server's; this draws it and reports what is done.
import { renderBlocks } from './blocks.js';
import { showModal } from './modal.js';
import { element, knowNames, renderMrkdwn } from './mrkdwn.js';

const $ = (selector) => document.querySelector(selector);
const COMMANDS = [
  ['/tsa request', 'ask for access to a tenant'],
  ['/tsa start', 'start the approved session'],
  ['/tsa end', 'end your session early'],
  ['/tsa extend', 'ask for more time'],
  ['/tsa closeout', 'say what was done, and that it is all gone'],
  ['/tsa cancel', 'take a request back'],
  ['/tsa revoke', 'stop somebody’s access'],
  ['/tsa emergency', 'break the glass'],
  ['/tsa mine', 'what is yours and not over'],
  ['/tsa active', 'who is in which tenant right now'],
  ['/tsa show', 'the whole record of a request'],
  ['/tsa history', 'what a tenant or a person had'],
  ['/tsa review', 'the last seven days'],
  ['/tsa channel', 'pin the card where a customer can ask for help'],
  ['/tsa invite', 'show a customer’s contacts where to ask for help'],
  ['/tsa help', 'what you can do'],
];
const HINTS = {
  U0SAM:
    'You are a support engineer. Type <b>/tsa request</b> below, file a request for Blink, then act as Ada.',
  U0ADA: 'You are the approver. Your direct message from TSA (left) holds what waits for you.',
};

let state = null;
let thread = null;
let drawn = '';
let homeOpenedBy = null;

const where = () => new URLSearchParams(location.search);
const as = () => where().get('as') ?? 'U0SAM';

function go(change) {
  const next = where();
  for (const [key, value] of Object.entries(change)) next.set(key, value);
  history.pushState(null, '', `?${next}`);
  thread = null;
  drawn = '';
  refresh();
}

async function act(what) {
  const response = await fetch('/ui/act', { method: 'POST', body: JSON.stringify({ as: as(), ...what }) });
  const answer = await response.json();
  await refresh();
  return answer;
}

let asking = null;
let again = false;
async function refresh() {
  if (asking !== null) {
    again = true;
    return asking;
  }
  asking = (async () => {
    do {
      again = false;
      const response = await fetch(
        `/ui/state?${new URLSearchParams({ as: as(), in: where().get('in') ?? '' })}`,
      );
      state = await response.json();
      draw();
    } while (again);
  })();
  await asking;
  asking = null;
}

function draw() {
  knowNames([...state.people, ...state.conversations]);
  $('#connection').className = state.connected ? 'dot on' : 'dot';
  $('#connection').title = state.connected ? 'the app is connected' : 'the app is not connected';
  drawSidebar();
  const atHome = where().get('in') === 'home';
  const here = state.conversations.find((c) => c.id === state.shown);
  const name = atHome
    ? 'TSA · Home'
    : here === undefined
      ? ''
      : here.kind === 'im'
        ? 'TSA'
        : `# ${here.name}`;
  $('#title').textContent = name;
  document.title = `${name} · Harbor Support sandbox`;
  $('#hint').replaceChildren(...hint());
  $('#bookmarks').replaceChildren(
    ...(atHome ? [] : state.bookmarks).map(({ title, link }) =>
      Object.assign(element('a', [`🔖 ${title}`]), { href: link }),
    ),
  );
  $('#composer').hidden = atHome;
  if (!atHome) homeOpenedBy = null;
  if (atHome) drawHome();
  else drawMessages();
  showModal(
    state.modal,
    state.people.filter((p) => !p.deleted),
    act,
  );
  if (!atHome && here !== undefined && here.unread > 0 && document.visibilityState === 'visible')
    act({ do: 'read', channel: here.id });
}

function hint() {
  const text = HINTS[state.me];
  if (text === undefined || state.messages.length > 2) return [];
  return text.split(/<b>|<\/b>/u).map((part, i) => (i % 2 === 1 ? element('code', [part]) : part));
}

function drawSidebar() {
  const links = state.conversations.map((c) => {
    const label = c.kind === 'im' ? '◆ TSA' : `# ${c.name}`;
    const link = element(
      'a',
      [label, ...badge(c.unread)],
      c.id === state.shown ? 'here' : c.unread > 0 ? 'unread' : '',
    );
    link.href = `?${new URLSearchParams({ as: as(), in: c.id })}`;
    if (c.id === state.shown) link.setAttribute('aria-current', 'page');
    link.addEventListener('click', (event) => {
      event.preventDefault();
      go({ in: c.id });
    });
    return link;
  });
  const home = element('a', ['⌂ TSA Home'], where().get('in') === 'home' ? 'here' : '');
  home.href = `?${new URLSearchParams({ as: as(), in: 'home' })}`;
  home.addEventListener('click', (event) => {
    event.preventDefault();
    homeOpenedBy = null;
    go({ in: 'home' });
  });
  links.push(home);
  for (const link of links) if (where().get('in') === 'home' && link !== home) link.classList.remove('here');
  $('#conversations').replaceChildren(...keepFocus('#conversations', links));
  const people = state.people
    .filter((p) => p.kind !== 'bot' && !p.deleted)
    .map((p) => {
      const who = element('span', [p.name, element('small', [p.title])]);
      const button = element(
        'button',
        [avatar(p.id, p.name), who, ...badge(p.unread)],
        p.id === state.me ? 'here' : '',
      );
      button.type = 'button';
      button.setAttribute('aria-pressed', String(p.id === state.me));
      button.addEventListener('click', () =>
        go({ as: p.id, in: p.told > 0 ? `D${p.id.slice(1)}` : (where().get('in') ?? '') }),
      );
      return button;
    });
  $('#people').replaceChildren(...keepFocus('#people', people));
}

/** A redraw does not take the keyboard away from where it was. */
function keepFocus(holder, nodes) {
  const index = [...$(holder).children].indexOf(document.activeElement);
  if (index >= 0) requestAnimationFrame(() => $(holder).children[index]?.focus());
  return nodes;
}

function badge(count) {
  return count > 0 ? [element('span', [String(count)], 'badge')] : [];
}

function avatar(id, name) {
  const hue = [...id].reduce((sum, character) => (sum * 31 + character.codePointAt(0)) % 360, 7);
  const node = element(
    'i',
    [
      name
        .split(' ')
        .map((word) => word[0])
        .join('')
        .slice(0, 2),
    ],
    'avatar',
  );
  node.style.setProperty('--hue', String(hue));
  node.setAttribute('aria-hidden', 'true');
  return node;
}

/** The app's Home tab, as the app published it for this person. */
function drawHome() {
  // Whoever comes to their Home opens it, also by becoming somebody else there.
  if (homeOpenedBy !== state.me) {
    homeOpenedBy = state.me;
    act({ do: 'home' });
  }
  const key = JSON.stringify([state.me, state.home?.hash]);
  if (key === drawn) return;
  drawn = key;
  $('#thread').hidden = true;
  const { home } = state;
  if (home === null) {
    $('#messages').replaceChildren(element('p', ['The app has not drawn this Home yet.'], 'empty'));
    return;
  }
  const place = { viewId: home.id };
  const blocks = renderBlocks(
    home.form.blocks,
    (blockId, actionId) => act({ do: 'press', place, blockId, actionId }),
    (blockId, actionId, value) => act({ do: 'fill', viewId: home.id, blockId, actionId, value }),
  );
  $('#messages').replaceChildren(element('div', blocks, 'home body'));
}

function drawMessages() {
  const roots = state.messages.filter((m) => m.threadTs === null || m.broadcast);
  const key = JSON.stringify([state.me, state.shown, roots, state.messages.length]);
  if (key !== drawn) {
    drawn = key;
    const list = $('#messages');
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
    list.replaceChildren(...roots.map((message) => drawMessage(message, false)));
    if (roots.length === 0) list.append(element('p', ['Nothing here yet.'], 'empty'));
    if (atEnd || list.dataset.shown !== state.shown) list.scrollTop = list.scrollHeight;
    list.dataset.shown = state.shown;
  }
  drawThread();
}

function drawMessage(message, inThread) {
  const person = state.people.find((p) => p.id === message.user);
  const name = person?.name ?? 'Slackbot';
  const at = new Date(Number(message.ts) * 1000);
  const time = element('time', [at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })]);
  time.dateTime = at.toISOString();
  const head = [
    element('strong', [name]),
    ...(message.user === state.bot ? [element('span', ['APP'], 'app')] : []),
    time,
  ];
  const place = { channel: state.shown, ts: message.ts };
  const body =
    message.blocks.length > 0
      ? renderBlocks(message.blocks, (blockId, actionId) => act({ do: 'press', place, blockId, actionId }))
      : renderMrkdwn(message.text);
  const replies = state.messages.filter((m) => m.threadTs === message.ts);
  const parts = [element('div', head, 'head')];
  if (message.mine) parts.unshift(element('div', ['Only visible to you'], 'quiet'));
  if (message.broadcast && !inThread) parts.unshift(element('div', ['replied to a thread'], 'quiet'));
  parts.push(element('div', body, 'body'));
  if (message.edited) parts.push(element('span', ['(edited)'], 'quiet'));
  if (!inThread && replies.length > 0) {
    const open = element(
      'button',
      [`${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}`],
      'link',
    );
    open.type = 'button';
    open.addEventListener('click', () => {
      thread = message.ts;
      drawThread();
    });
    parts.push(open);
  }
  return element(
    'article',
    [avatar(message.user, name), element('div', parts)],
    message.mine ? 'message mine' : 'message',
  );
}

function drawThread() {
  const side = $('#thread');
  const root = state.messages.find((m) => m.ts === thread);
  side.hidden = root === undefined;
  if (root === undefined) return;
  const close = element('button', ['✕'], 'link');
  close.type = 'button';
  close.setAttribute('aria-label', 'Close thread');
  close.addEventListener('click', () => {
    thread = null;
    drawThread();
  });
  const replies = state.messages.filter((m) => m.threadTs === thread);
  side.replaceChildren(
    element('header', [element('h2', ['Thread']), close]),
    ...[root, ...replies].map((m) => drawMessage(m, true)),
  );
}

const text = $('#text');
$('#composer').addEventListener('submit', async (event) => {
  event.preventDefault();
  const said = text.value.trim();
  if (said === '') return;
  text.value = '';
  suggestCommands();
  await act({ do: 'say', channel: state.shown, text: said });
});
text.addEventListener('input', suggestCommands);
function suggestCommands() {
  const typed = text.value;
  const fitting = typed.startsWith('/')
    ? COMMANDS.filter(([command]) => command.startsWith(typed) && command !== typed)
    : [];
  $('#commands').hidden = fitting.length === 0;
  $('#commands').replaceChildren(
    ...fitting.map(([command, what]) => {
      const button = element('button', [element('code', [command]), what]);
      button.type = 'button';
      button.addEventListener('click', () => {
        text.value = command;
        suggestCommands();
        text.focus();
      });
      return button;
    }),
  );
}

$('#traffic-toggle').addEventListener('click', () => {
  $('#traffic').hidden = !$('#traffic').hidden;
  $('#traffic-toggle').setAttribute('aria-expanded', String(!$('#traffic').hidden));
  drawTraffic();
});
async function drawTraffic() {
  if ($('#traffic').hidden) return;
  const all = await (await fetch('/ui/traffic')).json();
  const misbehave = element(
    'select',
    [
      ['', 'Misbehave …'],
      ['rate_limited', 'next post: 429'],
      ['server_error', 'next post: 500'],
      ['lost_answer', 'next post: answer lost'],
      ['drop_socket', 'cut the socket'],
      ['duplicates', 'deliver everything twice'],
      ['well', 'behave again'],
    ].map(([value, label]) => Object.assign(element('option', [label]), { value })),
  );
  misbehave.setAttribute('aria-label', 'Make Slack misbehave');
  misbehave.addEventListener('change', () => act({ do: 'misbehave', kind: misbehave.value }));
  const rows = all.map(({ direction, what, ms, body }) => {
    const row = element('details', [
      element('summary', [direction === 'to_app' ? '→ ' : '← ', what, ms === null ? '' : ` ${ms} ms`]),
    ]);
    row.addEventListener(
      'toggle',
      () => row.open && row.append(element('pre', [JSON.stringify(body, null, 2)])),
      { once: true },
    );
    return row;
  });
  $('#traffic').replaceChildren(element('header', [element('h2', ['Raw traffic']), misbehave]), ...rows);
}

addEventListener('popstate', () => {
  drawn = '';
  refresh();
});
new EventSource('/ui/changes').addEventListener('message', () => {
  refresh();
  drawTraffic();
});
