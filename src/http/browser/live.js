// Keeps the banner true while the page is open, and counts down. Without it the page says what was true when it was loaded.

const EVERY_MS = 15_000;
const FAILURES_TOLD = 4;
const banner = document.querySelector('[data-status]');

/** How far the server's clock is ahead of this one's. */
let ahead = 0;

function left(until) {
  const seconds = Math.max(0, Math.ceil((until - Date.now() - ahead) / 1_000));
  const [h, min, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h > 0) return `${h} h ${min} min left`;
  return min > 0 ? `${min} min ${s} s left` : `${s} s left`;
}

function count() {
  for (const item of document.querySelectorAll('[data-until]'))
    item.textContent = left(Number(item.dataset.until));
}

/** What is told is put in as text. Only what changed is read out. */
function show({ sessions }) {
  const said = JSON.stringify(sessions);
  if (banner.dataset.said === said) return;
  banner.dataset.said = said;
  banner.replaceChildren(
    ...(sessions.length === 0 ? [line(banner.dataset.nobody)] : sessions.flatMap(sessionLines)),
  );
  banner.classList.toggle('in', sessions.length > 0);
  count();
}

function line(...content) {
  const p = document.createElement('p');
  p.append(...content);
  return p;
}

function sessionLines({ words, until, record }) {
  const timer = document.createElement('span');
  timer.className = 'left';
  timer.setAttribute('role', 'timer');
  timer.setAttribute('aria-live', 'off');
  timer.dataset.until = String(Date.parse(until));
  const link = document.createElement('a');
  link.href = record;
  link.textContent = 'See what it is for, or stop it';
  return [line(words), line(timer, ' · ', link)];
}

/** What can no longer be kept true is said not to be. */
function stale(words) {
  banner.dataset.said = '';
  banner.replaceChildren(line(words));
  banner.classList.remove('in');
}

async function ask() {
  const answer = await fetch(banner.dataset.status, { cache: 'no-store' });
  if (answer.status === 410) {
    stale('This page is over. Ask for a new link to see who is in now.');
    for (const timer of timers) clearInterval(timer);
    return;
  }
  if (!answer.ok) throw new Error(`answered with ${answer.status}`);
  const status = await answer.json();
  ahead = Date.parse(status.now) - Date.now();
  show(status);
}

/** Fails now and then, as networks do; told only when it lasts. */
async function again() {
  try {
    await ask();
    failed = 0;
  } catch {
    failed += 1;
    if (failed === FAILURES_TOLD)
      stale('There is no connection now: who is in is not known here until there is.');
  }
}

let failed = 0;
const timers =
  banner === null
    ? []
    : [
        setInterval(count, 1_000),
        setInterval(() => {
          if (!document.hidden) again();
        }, EVERY_MS),
      ];
if (banner !== null) {
  document.addEventListener('visibilitychange', again);
  again();
}
