import { readdirSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Source } from './support/source.ts';
import { importsOf, namesOf, nodesOf, read, ROOT, sources } from './support/source.ts';

/** The rules about the code itself. Each is a function from files to complaints, and is shown to be able to complain. */
type Rule = (files: readonly Source[]) => readonly string[];

const FOLDERS = ['src', 'manifest', 'sandbox', 'test', 'bench'];
const LINES_MAX = 300;

/** Whose imports are bound, and to what: a folder (ending in `/`), a file, or a package by its name. */
const LAYERS: readonly { readonly of: string; readonly may: readonly string[] }[] = [
  { of: 'src/access/', may: ['src/access/', 'zod'] },
  { of: 'src/notifications/', may: ['src/notifications/', 'src/access/'] },
  { of: 'src/ledger/', may: ['src/ledger/', 'src/notifications/', 'src/access/', 'src/clock.ts'] },
  {
    of: 'src/outbox/',
    may: ['src/outbox/', 'src/ledger/', 'src/notifications/', 'src/access/', 'src/clock.ts'],
  },
  { of: 'src/timers/', may: ['src/timers/', 'src/ledger/', 'src/access/', 'src/clock.ts'] },
  { of: 'src/review/', may: ['src/review/', 'src/ledger/', 'src/access/'] },
  { of: 'src/wording/', may: ['src/wording/', 'src/access/', 'src/clock.ts'] },
  {
    of: 'src/carrying/',
    may: ['src/carrying/', 'src/connectors/connector.ts', 'src/ledger/', 'src/access/', 'src/clock.ts'],
  },
  { of: 'src/keys/', may: ['src/keys/', 'src/clock.ts'] },
  {
    of: 'src/connectors/',
    may: [
      'src/connectors/',
      'src/access/policy.ts',
      'src/keys/',
      'src/clock.ts',
      'src/config.ts',
      'src/plain-line.ts',
    ],
  },
  {
    of: 'src/access-api/',
    may: [
      'src/access-api/',
      'src/access/actions.ts',
      'src/keys/',
      'src/clock.ts',
      'src/http/exchange.ts',
      'src/http/limits.ts',
      'src/plain-line.ts',
    ],
  },
];

const accessIsPure: Rule = (files) =>
  under(files, 'src/access/').flatMap((file) =>
    importsOf(file)
      .filter((name) => name !== 'zod' && !name.startsWith('src/access/'))
      .map((name) => `${file.path} imports ${name}`),
  );

const importsPointOneWay: Rule = (files) =>
  LAYERS.flatMap(({ of, may }) =>
    under(files, of).flatMap((file) =>
      importsOf(file)
        .filter((name) => name.startsWith('src/') && !may.some((one) => reaches(one, name)))
        .map((name) => `${file.path} imports ${name}`),
    ),
  );

/** What the answer to "may they?" is made of. */
const WHO_MAY =
  /^(?:isAmong|ableActor|ableContact|ownParts?|mayApprove|mayReview|mayRequest|findSeat|seatToFill|candidatesFor|stillApproves|stillHolds|reviewRefusal)$/;

/** Elsewhere it is asked, and not answered: a second answer would drift from the first. */
const onlyTheRulesSayWhoMay: Rule = (files) =>
  under(files, 'src/')
    .filter(({ path }) => !path.startsWith('src/access/'))
    .flatMap((file) =>
      nodesOf(file)
        .filter((node) => ts.isImportSpecifier(node))
        .map((node) => (node.propertyName ?? node.name).text)
        .filter((name) => WHO_MAY.test(name))
        .map((name) => `${file.path} reasons with ${name}`),
    );

/** Then what is offered is what the rules offer. */
const oneFileDrawsTheButtons: Rule = (files) =>
  under(files, 'src/slack/')
    .filter(({ path }) => path !== 'src/slack/messages/buttons.ts')
    .flatMap((file) =>
      nodesOf(file)
        .filter((node) => ts.isCallExpression(node) && namesOf(node.expression).join('.') === 'button')
        .filter((node) => /\bACTION\.(?!show\b)/.test(node.getText()))
        .map((node) => `${file.path}: ${node.getText()}`),
    );

/** Where it stands is one word; which facts that leaves is for the type to say. */
const phasesAreAskedByName: Rule = (files) =>
  files
    .filter(({ path }) => path.endsWith('.ts'))
    .flatMap((file) =>
      nodesOf(file)
        .filter((node) => ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InKeyword)
        .filter((node) =>
          /^'(?:grant|session|ending|seats|extension|closeout|verdict)' in /.test(node.getText()),
        )
        .map((node) => `${file.path}: ${node.getText()}`),
    );

const onlyTheClockTellsTime: Rule = (files) =>
  under(files, 'src/')
    .filter(({ path }) => path !== 'src/clock.ts')
    .flatMap((file) =>
      nodesOf(file)
        .filter((node) => {
          if (ts.isNewExpression(node))
            return namesOf(node.expression).join('.') === 'Date' && (node.arguments?.length ?? 0) === 0;
          if (ts.isCallExpression(node) && namesOf(node.expression).join('.') === 'Date') return true;
          if (ts.isIdentifier(node)) return node.text === 'randomUUID';
          return TIME.has(namesOf(node).slice(-2).join('.'));
        })
        .map((node) => `${file.path}: ${node.getText()}`),
    );
const TIME = new Set([
  'Date.now',
  'DateTime.now',
  'DateTime.local',
  'DateTime.utc',
  'performance.now',
  'process.hrtime',
  'process.uptime',
]);

const onlyTheConfigReadsTheEnvironment: Rule = (files) =>
  under(files, 'src/')
    .filter(({ path }) => path !== 'src/config.ts')
    .flatMap((file) => {
      const reads = nodesOf(file).some((node) => {
        const names = namesOf(node);
        const destructured = ts.isBindingElement(node) && node.getText().startsWith('env');
        return names.slice(-2).join('.') === 'process.env' || (destructured && /\bprocess\b/.test(file.text));
      });
      const imports = importsOf(file).filter((name) => /^(?:node:)?process$/.test(name));
      return reads || imports.length > 0 ? [`${file.path} reads the environment`] : [];
    });

/** Where the command handler is given a world: each asks Slack first, or acts for time or for somebody outside Slack. */
const WORLD_GIVEN_BY: ReadonlySet<string> = new Set([
  'src/slack/context.ts',
  'src/timers/timers.ts',
  'src/timers/vacancies.ts',
  'src/timers/leavers.ts',
  'src/timers/catching-up.ts',
  // A product's own answer; its connector alone speaks for it.
  'src/carrying/carrier.ts',
  'src/carrying/reconcile.ts',
  'src/http/page-context.ts',
  'src/http/routes/help-link.ts',
  'src/http/routes/request-link.ts',
  'src/http/routes/tenant-link.ts',
  'src/http/routes/tenants-page.ts',
]);
const nobodyActsOnWhatIsRemembered: Rule = (files) =>
  under(files, 'src/')
    .filter(({ path }) => !WORLD_GIVEN_BY.has(path))
    .flatMap((file) =>
      nodesOf(file)
        .filter(
          (node) =>
            ts.isCallExpression(node) &&
            /\bhandler\.handle(?:Global)?$/.test(namesOf(node.expression).join('.')),
        )
        .map((node) => `${file.path}: ${node.getText()}`),
    );

/** What the slices of Slack share; every other folder beside these is a slice. */
const SHARED_BY_SLICES: ReadonlySet<string> = new Set(['api', 'messages', 'interactions', 'listeners']);

/** The ways in and out for people. */
const EDGES = ['src/slack/', 'src/http/', 'src/email/'] as const;

const edgesStandAlone: Rule = (files) =>
  [...EDGES, 'src/wording/'].flatMap((place) =>
    under(files, place).flatMap((file) =>
      importsOf(file)
        .filter((name) => EDGES.some((edge) => edge !== place && reaches(edge, name)))
        .map((name) => `${file.path} imports ${name}`),
    ),
  );

/** Plain words: who speaks decides how a person, an instant and a command look. */
const wordingHasNoMarkup: Rule = (files) =>
  under(files, 'src/wording/').flatMap((file) => [
    ...importsOf(file)
      .filter((name) => !name.startsWith('src/') && name !== 'luxon')
      .map((name) => `${file.path} imports ${name}`),
    ...nodesOf(file)
      .filter((node) => ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node))
      .filter((node) => MARKUP.test(node.text))
      .map((node) => `${file.path}: ${node.getText()}`),
  ]);
const MARKUP = /<[@#!a-z/]|:[a-z_]{3,}:|\*\w[^*]*\*|`/;

const slicesStandAlone: Rule = (files) =>
  files.flatMap((file) => {
    const own = slackFolderOf(file.path);
    return importsOf(file)
      .filter((name) => {
        const other = slackFolderOf(name);
        return own !== null && other !== null && other !== own && !SHARED_BY_SLICES.has(other);
      })
      .map((name) => `${file.path} imports ${name}`);
  });

/** `home` of `src/slack/home/view.ts`; `null` for what stands in no folder of `src/slack/`. */
function slackFolderOf(path: string): string | null {
  return /^src\/slack\/([^/]+)\//.exec(path)?.[1] ?? null;
}

/** Who alone reads and writes a table; the ledger has all others. */
const OWNERS: Readonly<Record<string, string>> = {
  outbox: 'src/outbox/',
  slack_message: 'src/slack/messages/memory.ts',
  global_message: 'src/slack/messages/memory.ts',
  readiness_probe: 'src/health.ts',
};
const TABLES = new Set(
  [...read('db/migrations/sqlite/0001_ledger.sql').text.matchAll(/^create table (\w+)/gm)].map(
    ([, name = '']) => name,
  ),
);
const aTableHasOneOwner: Rule = (files) =>
  under(files, 'src/').flatMap((file) =>
    [...tablesIn(file)]
      .filter((table) => !reaches(OWNERS[table] ?? 'src/ledger/', file.path))
      .map((table) => `${file.path} uses ${table}`),
  );

/** What a file asks the database for, in Kysely's words or in SQL. */
function tablesIn(file: Source): ReadonlySet<string> {
  const named = nodesOf(file).flatMap((node) => {
    if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node)) return [];
    const text = node.getText().slice(1, -1);
    const call = ts.isCallExpression(node.parent) ? (namesOf(node.parent.expression).at(-1) ?? '') : '';
    return /From$|Into$|Table$|Join$/.test(call)
      ? [text]
      : [...text.matchAll(/\b(?:from|into|update|join)\s+"?(\w+)/gi)].map(([, name = '']) => name);
  });
  return new Set(named.filter((name) => TABLES.has(name)));
}

const namesSayWhatIsInside: Rule = (files) =>
  files
    .filter(({ path }) =>
      path.split('/').some((part) => /^(?:utils?|helpers?|common|misc|lib|index)(?:\.|$)/i.test(part)),
    )
    .map(({ path }) => path);

const filesFitThreeScreens: Rule = (files) =>
  under(files, 'src/')
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > LINES_MAX)
    .map(({ path, lines }) => `${path} has ${lines} lines, of ${LINES_MAX}`);

const theSandboxIsApart: Rule = (files) =>
  files.flatMap((file) => {
    const other = file.path.startsWith('src/')
      ? ['sandbox/', 'test/', 'bench/', 'manifest/']
      : file.path.startsWith('sandbox/')
        ? ['src/', 'test/', 'bench/']
        : [];
    return importsOf(file)
      .filter((name) => other.some((folder) => name.startsWith(folder)))
      .map((name) => `${file.path} imports ${name}`);
  });

const noPathOfOneMachine: Rule = (files) =>
  files.flatMap(({ path, text }) =>
    [
      ...text.matchAll(/(?<![\w.:/}*\])>-])\/(?:home|Users|root|work|mnt|tmp)\/[\w.-]+|\b[A-Z]:\\\\?Users/g),
    ].map(([found]) => `${path}: ${found}`),
  );

/** A tag is moved to another image by whoever can; a digest is the image. And it runs what the tests ran. */
const imagesAreNamedByDigest: Rule = (files) =>
  files
    .filter(({ path }) => /(?:^|\/)Dockerfile$/.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/^(?:FROM|COPY\s+--from=)\s*(\S+)/gim)]
        .map(([, image = '']) => image)
        .filter((image) => !new RegExp(`^node:${TESTED}-[a-z-]+@sha256:[0-9a-f]{64}$`).test(image))
        .map((image) => `${path}: ${image}`),
    );
const TESTED = z
  .object({ devDependencies: z.object({ node: z.string() }) })
  .parse(JSON.parse(read('package.json').text)).devDependencies.node;

function under(files: readonly Source[], place: string): readonly Source[] {
  return files.filter(({ path }) => reaches(place, path));
}

function reaches(place: string, path: string): boolean {
  return place.endsWith('/') ? path.startsWith(place) : path === place;
}

const file = (path: string, text: string): Source => ({ path, text });

const RULES: readonly { readonly title: string; readonly rule: Rule; readonly planted: readonly Source[] }[] =
  [
    {
      title: 'The rules in src/access import zod and each other, and nothing else',
      rule: accessIsPure,
      planted: [
        file('src/access/a.ts', "import { readFileSync } from 'node:fs';"),
        file('src/access/b.ts', "import type { Clock } from '../clock.ts';"),
        file('src/access/c.ts', "const db = await import('../ledger/open.ts');"),
        file('src/access/d.ts', "export { z } from 'luxon';"),
      ],
    },
    {
      title: 'Imports point one way: edges, then the ledger, then the rules',
      rule: importsPointOneWay,
      planted: [
        file('src/ledger/a.ts', "import { card } from '../slack/card.ts';"),
        file('src/ledger/b.ts', "import { createDispatcher } from '../outbox/dispatcher.ts';"),
        file('src/notifications/owe.ts', "import type { Ledger } from '../ledger/open.ts';"),
        file('src/outbox/c.ts', "import { card } from '../slack/card.ts';"),
        file('src/timers/d.ts', "import { readConfig } from '../config.ts';"),
        file('src/review/e.ts', "import { section } from '../slack/blocks.ts';"),
        file('src/connectors/f.ts', "import type { Access } from '../access/state.ts';"),
        file('src/carrying/i.ts', "import { section } from '../slack/messages/blocks.ts';"),
        file('src/keys/g.ts', "import { openLedger } from '../ledger/open.ts';"),
        file('src/access-api/h.ts', "import { section } from '../slack/blocks.ts';"),
      ],
    },
    {
      title: 'A table has one owner, and nobody else reads or writes it',
      rule: aTableHasOneOwner,
      planted: [
        file('src/ledger/a.ts', "await tx.insertInto('outbox').values(row).execute();"),
        file('src/doctor.ts', "raw.prepare('select * from outbox order by id').all();"),
        file('src/slack/b.ts', 'raw.exec(`update slack_message set shown = ${SHOWN}`);'),
        file('src/slack/messages/courier.ts', "await db.deleteFrom('global_message').execute();"),
        file('src/review/c.ts', "await db.selectFrom('request').selectAll().execute();"),
      ],
    },
    {
      title: 'Where a request stands is asked by its phase, not by which fields happen to be there',
      rule: phasesAreAskedByName,
      planted: [file('src/slack/a.ts', "const used = 'session' in state;")],
    },
    {
      title: 'Who may is said in src/access alone, and asked everywhere else',
      rule: onlyTheRulesSayWhoMay,
      planted: [
        file('src/slack/a.ts', "import { ownPart } from '../access/standing.ts';"),
        file('src/http/b.ts', "import { isAmong as listed } from '../access/people.ts';"),
      ],
    },
    {
      title: 'One file draws the buttons about requests, from what the rules offer',
      rule: oneFileDrawsTheButtons,
      planted: [file('src/slack/messages/card.ts', "const yes = button('Approve', ACTION.approve, '7');")],
    },
    {
      title: 'Only src/clock.ts knows what time it is, and makes ids by chance',
      rule: onlyTheClockTellsTime,
      planted: [
        file('src/a.ts', 'const at = Date.now();'),
        file('src/b.ts', 'const at = new Date();'),
        file('src/c.ts', 'const at = new Date;'),
        file('src/d.ts', "import { randomUUID } from 'node:crypto';"),
        file('src/e.ts', 'const id = crypto.randomUUID();'),
        file('src/f.ts', 'const at = DateTime.utc();'),
        file('src/g.ts', 'const tell = { now: Date.now };'),
        file('src/h.ts', 'const words = Date();'),
      ],
    },
    {
      title: 'Only src/config.ts reads the environment',
      rule: onlyTheConfigReadsTheEnvironment,
      planted: [
        file('src/a.ts', 'const port = process.env.PORT;'),
        file('src/b.ts', "const port = process['env'].PORT;"),
        file('src/c.ts', 'const { env } = process;'),
        file('src/d.ts', "import { env } from 'node:process';"),
      ],
    },
    {
      title: 'Whoever acts in Slack goes through the context, which asks Slack who they are for that one act',
      rule: nobodyActsOnWhatIsRemembered,
      planted: [
        file(
          'src/slack/a/slice.ts',
          'await context.handler.handle({ command, world: context.directory.known() });',
        ),
        file('src/slack/b.ts', 'await handler.handleGlobal({ command, world });'),
      ],
    },
    {
      title:
        'Slack, pages and mail do not know each other, and the wording that they share knows none of them',
      rule: edgesStandAlone,
      planted: [
        file('src/http/views/a.ts', "import { tsa } from '../../slack/messages/words.ts';"),
        file('src/http/b.ts', "import type { Directory } from '../slack/api/directory.ts';"),
        file('src/email/c.ts', "const { who } = await import('../slack/messages/words.ts');"),
        file('src/wording/d.ts', "export { who } from '../slack/messages/words.ts';"),
        file('src/slack/e.ts', "import { time } from '../http/views/frame.ts';"),
        file('src/slack/messages/f.ts', "import type { Letter } from '../../email/layout.ts';"),
      ],
    },
    {
      title: 'The shared wording is plain: no markup of Slack or of a page',
      rule: wordingHasNoMarkup,
      planted: [
        file('src/wording/a.ts', "import type { KnownBlock } from '@slack/types';"),
        file('src/wording/b.ts', 'const who = `<@${user}> approved`;'),
        file('src/wording/c.ts', 'const at = `${no} lapsed <time>`;'),
        file('src/wording/d.ts', "const sign = ':warning: too late';"),
        file('src/wording/e.ts', "const loud = '*EMERGENCY* access';"),
        file('src/wording/f.ts', "const what = 'Write `/tsa show`.';"),
      ],
    },
    {
      title: 'A slice of Slack imports no other slice, and what the slices share imports none of them',
      rule: slicesStandAlone,
      planted: [
        file('src/slack/emergency/slice.ts', "import { closeForm } from '../close-out/slice.ts';"),
        file('src/slack/messages/card.ts', "import type { Home } from '../home/slice.ts';"),
        file('src/slack/listeners/events.ts', "const { help } = await import('../help/slice.ts');"),
      ],
    },
    {
      title: 'A name says what is inside: there are no drawers for what has no place',
      rule: namesSayWhatIsInside,
      planted: [
        file('src/utils.ts', ''),
        file('src/slack/helpers/a.ts', ''),
        file('src/slack/util.ts', ''),
        file('test/helper.test.ts', ''),
        file('src/ledger/index.ts', ''),
      ],
    },
    {
      title: 'A file of the program has 300 lines at most',
      rule: filesFitThreeScreens,
      planted: [file('src/a.ts', 'x\n'.repeat(LINES_MAX + 1))],
    },
    {
      title: 'The sandbox knows nothing of the program, nor the program of the sandbox',
      rule: theSandboxIsApart,
      planted: [
        file('src/a.ts', "import { createSandbox } from '../sandbox/server.ts';"),
        file('sandbox/b.ts', "import type { Policy } from '../src/access/policy.ts';"),
        file('sandbox/page/c.ts', "import { start } from '../../src/run.ts';"),
        file('src/d.ts', "import { manifest } from '../manifest/manifest.ts';"),
      ],
    },
    {
      title: 'An image is named by its digest, and has the Node that the tests run on',
      rule: imagesAreNamedByDigest,
      planted: [
        file('Dockerfile', 'FROM node:24-slim\n'),
        file('Dockerfile', `FROM node:${TESTED}-slim AS build\nRUN npm ci\n`),
        file('Dockerfile', `FROM node:${TESTED}-slim@sha256:${'0'.repeat(63)}\n`),
        file('Dockerfile', `from node:24.0.0-slim@sha256:${'0'.repeat(64)}\n`),
        file(
          'sandbox/Dockerfile',
          `FROM node:${TESTED}-slim@sha256:${'0'.repeat(64)}\nCOPY --from=busybox /bin /bin\n`,
        ),
      ],
    },
    {
      title: 'Nothing names a path that is there on one machine only',
      rule: noPathOfOneMachine,
      // Put together here, so that this file does not name one itself.
      planted: ['home', 'Users', 'root', 'work', 'mnt', 'tmp'].map((top) =>
        file(`src/${top}.ts`, `const path = '${['', top, 'somebody'].join('/')}';`),
      ),
    },
  ];

const OTHERS = readdirSync(ROOT).filter(
  (name) =>
    /\.(?:md|yml|json|ts|mjs)$|^Dockerfile$|^\.env\.example$|^\.dockerignore$/.test(name) &&
    name !== 'package-lock.json',
);
const everything = [...FOLDERS.flatMap(sources), ...OTHERS.map(read)];
const code = everything.filter(({ path }) => path.endsWith('.ts'));
/** Rules about more than the code. */
const EVERYTHING: ReadonlySet<Rule> = new Set([noPathOfOneMachine, imagesAreNamedByDigest]);

describe.each(RULES)('$title', ({ rule, planted }) => {
  it('holds', () => {
    expect(rule(EVERYTHING.has(rule) ? everything : code)).toEqual([]);
  });

  it.each(planted)('would be broken by $text in $path', (sample) => {
    expect(rule([sample])).not.toEqual([]);
  });
});

describe('The rules let pass what is right', () => {
  it.each([
    file(
      'src/slack/messages/card.ts',
      "import { z } from 'zod'; import type { A } from '../../ledger/views.ts';",
    ),
    file(
      'src/ledger/command-handler.ts',
      "import { owe } from '../notifications/owe.ts'; import type { Clock } from '../clock.ts';",
    ),
    file('src/slack/home/slice.ts', "import { homeView } from './view.ts'; import '../api/payload.ts';"),
    file(
      'src/wording/a.ts',
      "import { askOf } from '../access/state.ts'; const words = `${it} — 2 * 3 a:b`;",
    ),
    file('src/slack/app.ts', "import { help } from './help/slice.ts';"),
    file('src/words.ts', 'const at = new Date(ms).toISOString();'),
    file('src/config.ts', 'const env = process.env;'),
    file('src/clock.ts', "import { randomUUID } from 'node:crypto'; const at = Date.now();"),
    file('src/a.ts', 'x\n'.repeat(LINES_MAX)),
    file('test/a.test.ts', "import { createSandbox } from '../sandbox/server.ts'; const at = Date.now();"),
    file('src/link.ts', "const at = 'https://example.com/home/page';"),
    file('Dockerfile', `FROM node:${TESTED}-slim@sha256:${'0'.repeat(64)} AS build\n`),
  ])('$text in $path', (sample) => {
    expect(RULES.flatMap(({ rule }) => rule([sample]))).toEqual([]);
  });
});
