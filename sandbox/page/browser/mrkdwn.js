// Slack's mrkdwn as DOM nodes: never as HTML, so that nobody's text can become part of the page.
// What pings or links in Slack is drawn so that it stands out: an escaping mistake of the app would be seen here.

const EMOJI = {
  raised_hand: '✋',
  hourglass_flowing_sand: '⏳',
  grey_question: '❔',
  hourglass: '⌛',
  white_check_mark: '✅',
  large_green_circle: '🟢',
  black_circle: '⚫',
  heavy_check_mark: '✔️',
  no_entry: '⛔',
  heavy_multiplication_x: '✖️',
  zzz: '💤',
  rotating_light: '🚨',
  warning: '⚠️',
  memo: '📝',
  bell: '🔔',
  question: '❓',
  speech_balloon: '💬',
  scales: '⚖️',
  arrows_counterclockwise: '🔄',
  alarm_clock: '⏰',
  heavy_plus_sign: '➕',
  octagonal_sign: '🛑',
  clipboard: '📋',
  handshake: '🤝',
  repeat: '🔁',
  wave: '👋',
  palm_tree: '🌴',
};

const TOKEN =
  /<(?<angle>[^<>]+)>|`(?<code>[^`\n]+)`|(?<![\w*])\*(?<bold>[^*\n]+)\*(?![\w*])|(?<![\w_])_(?<italic>[^_\n]+)_(?![\w_])|(?<![\w~])~(?<strike>[^~\n]+)~(?![\w~])|:(?<emoji>[a-z0-9_+-]+):/gu;

const names = new Map();

/** Names of people and channels, for mentions: called with every new state. */
export function knowNames(all) {
  for (const { id, name } of all) names.set(id, name);
}

/** A text object of Slack's as nodes. */
export function renderText(object) {
  return object.type === 'mrkdwn' ? renderMrkdwn(object.text) : [lines(object.text, emojis)].flat();
}

export function renderMrkdwn(text) {
  const nodes = [];
  let quote = [];
  const flush = () => {
    if (quote.length > 0) nodes.push(element('blockquote', lines(quote.join('\n'), inline)));
    quote = [];
  };
  const plain = [];
  const flushPlain = () => {
    if (plain.length > 0) nodes.push(element('p', lines(plain.join('\n'), inline)));
    plain.length = 0;
  };
  for (const line of text.split('\n')) {
    const quoted = /^(?:&gt;|>) ?(.*)$/u.exec(line);
    if (quoted === null) {
      flush();
      plain.push(line);
    } else {
      flushPlain();
      quote.push(quoted[1]);
    }
  }
  flush();
  flushPlain();
  return nodes;
}

/** The same as plain words: for labels and announcements. */
export function wordsOf(text) {
  const holder = document.createElement('div');
  holder.append(...renderMrkdwn(text));
  return holder.textContent.trim();
}

function inline(text) {
  const nodes = [];
  let last = 0;
  for (const match of text.matchAll(TOKEN)) {
    nodes.push(unescape(text.slice(last, match.index)));
    last = match.index + match[0].length;
    const { angle, code, bold, italic, strike, emoji } = match.groups;
    if (angle !== undefined) nodes.push(special(angle));
    else if (code !== undefined) nodes.push(element('code', [unescape(code)]));
    else if (bold !== undefined) nodes.push(element('strong', inline(bold)));
    else if (italic !== undefined) nodes.push(element('em', inline(italic)));
    else if (strike !== undefined) nodes.push(element('s', inline(strike)));
    else nodes.push(EMOJI[emoji] ?? match[0]);
  }
  nodes.push(unescape(text.slice(last)));
  return nodes;
}

function emojis(text) {
  return [text.replaceAll(/:([a-z0-9_+-]+):/gu, (all, name) => EMOJI[name] ?? all)];
}

/** What stands between angle brackets: a person, a channel, a ping, a moment, a link. */
function special(inside) {
  const [target, label] = inside.split('|');
  if (inside.startsWith('@'))
    return element('span', [`@${names.get(target.slice(1)) ?? target.slice(1)}`], 'mention');
  if (inside.startsWith('#'))
    return element('span', [`#${names.get(target.slice(1)) ?? label ?? target.slice(1)}`], 'mention');
  if (inside.startsWith('!date^')) return moment(inside);
  if (inside.startsWith('!')) return element('span', [`@${target.slice(1)}`], 'ping');
  const link = element('a', [unescape(label ?? target)]);
  if (/^https?:\/\//u.test(target)) link.href = unescape(target);
  link.rel = 'noreferrer';
  link.target = '_blank';
  return link;
}

function moment(inside) {
  const [, seconds, format] = inside.split('^');
  const at = new Date(Number(seconds) * 1000);
  const days = Math.round((midnight(at) - midnight(new Date())) / 86_400_000);
  const near = { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' }[days];
  const date = near ?? at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  const time = at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const node = element('time', [
    format.split('|')[0].replace('{date_short_pretty}', date).replace('{time}', time),
  ]);
  node.dateTime = at.toISOString();
  return node;
}

function midnight(at) {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}

function lines(text, render) {
  return text
    .split('\n')
    .flatMap((line, i) => (i === 0 ? render(line) : [document.createElement('br'), ...render(line)]));
}

function unescape(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

export function element(name, children = [], className = '') {
  const node = document.createElement(name);
  if (className !== '') node.className = className;
  node.append(...children);
  return node;
}
