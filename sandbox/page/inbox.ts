import { readFile } from 'node:fs/promises';
import type { Mailbox, Received } from '../mail.ts';
import type { PageHandler } from '../server.ts';

/** The customers' mailbox as a page: every mail that the app really sent, as text and as HTML. */

const FOLDER = new URL('./browser/', import.meta.url);

/** Serves `/inbox`, and each mail's HTML in a document of its own. */
export function inbox(mailbox: Mailbox): PageHandler {
  return async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://sandbox');
    if (request.method !== 'GET' || !/^\/inbox(?:$|[./])/.test(pathname)) return false;
    const answer = (type: string, policy: string, body: string): void => {
      response.writeHead(200, {
        'content-type': `${type}; charset=utf-8`,
        'cache-control': 'no-store',
        'content-security-policy': policy,
      });
      response.end(body);
    };
    if (pathname === '/inbox.js') {
      answer('text/javascript', "default-src 'none'", await readFile(new URL('inbox.js', FOLDER), 'utf8'));
      return true;
    }
    const number = /^\/inbox\/(\d+)$/.exec(pathname)?.[1];
    const mail = number === undefined ? undefined : mailbox.mails[Number(number)];
    if (mail !== undefined) {
      // As a mail program shows it: its own styles, no script, nothing fetched; links open beside it.
      const html = (mail.parsed.html ?? '').replace('<head>', '<head>\n<base target="_blank" />');
      const policy =
        "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox";
      answer('text/html', policy, html);
      return true;
    }
    if (pathname !== '/inbox') return false;
    answer('text/html', "default-src 'self'; img-src data:", await list(mailbox));
    return true;
  };
}

async function list({ mails }: Mailbox): Promise<string> {
  const frame = await readFile(new URL('inbox.html', FOLDER), 'utf8');
  const shown = mails.map((mail, i) => article(mail, i, i === mails.length - 1)).reverse();
  const none = '<p class="none">No mail yet. A session in Northwind Traders or Fabrikam brings some.</p>';
  return frame.replace('<!-- mails -->', () => (shown.length === 0 ? none : shown.join('\n')));
}

function article({ parsed, to }: Received, i: number, newest: boolean): string {
  const { subject = '(no subject)', date = '', text = '' } = parsed;
  const at = date.replace('T', ' ').replace(/:\d\d(?:\.\d+)?Z$/, ' UTC');
  return `<details class="mail" id="mail-${i}"${newest ? ' open' : ''}>
<summary><strong>${escape(subject)}</strong> <span>to ${escape(to.join(', '))} · <time datetime="${escape(date)}">${escape(at)}</time></span></summary>
<div class="both">
<section aria-label="Plain text" tabindex="0"><h2>Plain text</h2><pre>${linked(text)}</pre></section>
<section aria-label="HTML"><h2>HTML</h2><iframe title="HTML of ${escape(subject)}" src="/inbox/${i}" sandbox="allow-popups allow-popups-to-escape-sandbox" loading="lazy"></iframe></section>
</div>
</details>`;
}

/** The text with what a mail program makes of its addresses. */
function linked(text: string): string {
  return escape(text).replaceAll(
    /https?:\/\/[^\s<>"]+/g,
    (url) => `<a href="${url}" target="_blank" rel="noreferrer">${url}</a>`,
  );
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
