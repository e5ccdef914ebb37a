import { html } from 'hono/html';

/** The console's pages: a vendor's own tool, in which its customers' tenants are looked after. */

type Html = ReturnType<typeof html>;

export interface Person {
  readonly slackId: string;
  readonly name: string;
  readonly staff: boolean;
}

/** Who can log in here. Support's people are known by the id that they have in Slack. */
export const PEOPLE: readonly Person[] = [
  { slackId: 'U0SAM', name: 'Sam Rivera', staff: true },
  { slackId: 'U0NOOR', name: 'Noor Haddad', staff: true },
  { slackId: 'U0ADA', name: 'Ada Okafor', staff: true },
  { slackId: 'customer', name: 'Somebody of the customer', staff: false },
];

export const TENANTS: ReadonlyMap<string, string> = new Map([
  ['northwind', 'Northwind Traders'],
  ['contoso', 'Contoso Retail'],
  ['blink', 'Blink'],
]);

/** What can be done in a tenant: how far it goes, and the scope that it takes. */
export const DEEDS = {
  look: { what: 'Looked at the login log', on: 'login service', level: 'read', scope: 'enter' },
  reset: { what: 'Reset the login cache', on: 'login service', level: 'change', scope: 'support' },
  remove: { what: 'Removed a user', on: 'user 4711', level: 'danger', scope: 'admin' },
} as const;

const BUTTONS: Readonly<Record<keyof typeof DEEDS, string>> = {
  look: 'Look at the login log',
  reset: 'Reset the login cache',
  remove: 'Remove user 4711',
};

function frame(title: string, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Harbor console</title>
        <style>
          html {
            color-scheme: light dark;
            background: light-dark(#fff, #12161d);
            color: light-dark(#1a1f28, #e6e9ef);
            font:
              1rem/1.5 system-ui,
              sans-serif;
          }
          a {
            color: light-dark(#0b57d0, #9ec1ff);
          }
          main {
            max-width: 45rem;
            margin: 0 auto;
            padding: 1rem;
          }
          .banner {
            padding: 0.75rem 1rem;
            border: 2px solid light-dark(#8a5a00, #ffcf70);
            border-radius: 0.5rem;
          }
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html>`;
}

/** Who are you, and where do you want to go? */
export function frontPage(me: Person): Html {
  return frame(
    'Tenants',
    html`<h1>Harbor console</h1>
      <p>You are <strong>${me.name}</strong>. Be somebody else:</p>
      <ul>
        ${PEOPLE.map(({ slackId, name }) => html`<li><a href="/?as=${slackId}">${name}</a></li>`)}
      </ul>
      <h2>Tenants</h2>
      <ul>
        ${[...TENANTS].map(([id, name]) => html`<li><a href="/t/${id}?as=${me.slackId}">${name}</a></li>`)}
      </ul>`,
  );
}

/** One tenant. Everybody in it sees who of support is in, and until when. */
export function tenantPage(
  id: string,
  me: Person,
  {
    may,
    banners,
    done,
  }: { readonly may: boolean; readonly banners: readonly string[]; readonly done: string | null },
): Html {
  const name = TENANTS.get(id) ?? id;
  const banner = banners.map((line) => html`<p class="banner" role="status">${line}</p>`);
  const back = html`<p><a href="/?as=${me.slackId}">All tenants</a></p>`;
  if (!may)
    return frame(
      `No access to ${name}`,
      html`${banner}
        <h1>You have no access to ${name}</h1>
        <p>
          Support comes in with a session: ask for one with <code>/tsa request</code> in Slack, and start it.
        </p>
        ${back}`,
    );
  return frame(
    name,
    html`${banner}
      <h1>${name}</h1>
      <p>You are in, as ${me.name}.</p>
      ${done === null ? null : html`<p role="status">${done}</p>`}
      <form method="post" action="/t/${id}?as=${me.slackId}">
        ${Object.entries(BUTTONS).map(
          ([deed, label]) => html`<p><button name="do" value="${deed}">${label}</button></p>`,
        )}
      </form>
      ${back}`,
  );
}
