// Keeps the banner true while the page is open, and counts down. Without it the page says what was true when it was loaded.

const EVERY_MS = 15_000;
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
  timer.dataset.until = String(Date.parse(until));
  const link = document.createElement('a');
  link.href = record;
  link.textContent = 'See what it is for, or stop it';
  return [line(words), line(timer, ' · ', link)];
}

async function ask() {
  const answer = await fetch(banner.dataset.status, { cache: 'no-store' });
  if (!answer.ok) return;
  const status = await answer.json();
  ahead = Date.parse(status.now) - Date.now();
  show(status);
}

if (banner !== null) {
  const again = () => ask().catch(() => undefined);
  setInterval(count, 1_000);
  setInterval(() => {
    if (!document.hidden) again();
  }, EVERY_MS);
  document.addEventListener('visibilitychange', again);
  again();
}
