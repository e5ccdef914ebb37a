import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Policy } from '../../src/access/policy.ts';
import type { PolicyProblem } from '../../src/policy/problems.ts';
import { loadPolicy, policyWords } from '../../src/policy/load.ts';
import { policySchema } from '../../src/policy/schema.ts';
import { read, ROOT } from '../support/source.ts';

const folder = mkdtempSync(join(tmpdir(), 'tsa-policy-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const BASE = `time_zone: Europe/Berlin
channels:
  alert: C0ALERTS
  review: C0REVIEW
people:
  requesters: [U0SAM]
  admins: [U0MIA]
approvers:
  - people: [U0MIA]
scopes:
  - { id: read, name: Read-only, allows: Look at things }
`;
const TENANT = `tenants:
  - { id: northwind, name: Northwind, environment: production }
`;
const CSV = 'tenants_file: tenants.csv\n';
const COLUMNS = 'id,name,environment,region,channel,max_duration,consent,customer_requests\n';

function load(yaml: string, csv?: string): ReturnType<typeof loadPolicy> {
  writeFileSync(join(folder, 'policy.yml'), yaml);
  if (csv !== undefined) writeFileSync(join(folder, 'tenants.csv'), csv);
  return loadPolicy(join(folder, 'policy.yml'));
}

function policyOf(yaml: string, csv?: string): Policy {
  const loaded = load(yaml, csv);
  if (!loaded.ok) throw new Error(policyWords(loaded.problems));
  return loaded.policy;
}

/** Each problem as `file:line: words`, the folder left out. */
function problemsOf(yaml: string, csv?: string): readonly string[] {
  const loaded = load(yaml, csv);
  const told = ({ file, line, message }: PolicyProblem): string => `${file}:${line}: ${message}`;
  return loaded.ok ? [] : loaded.problems.map((problem) => told(problem).replace(`${folder}/`, ''));
}

/** The base with one line in another's place. */
function changed(from: string, to: string): string {
  expect(BASE).toContain(from);
  return BASE.replace(from, to) + TENANT;
}

describe('A policy', () => {
  it('of the needed settings alone has a default for everything else', () => {
    expect(policyOf(BASE + TENANT)).toMatchObject({
      timeZone: 'Europe/Berlin',
      channels: { alert: 'C0ALERTS', review: 'C0REVIEW', support: null, security: null },
      approvers: [{ people: ['U0MIA'], scopes: 'any', tenants: 'any' }],
      scopes: [{ id: 'read', maxDurationMs: 4 * 3_600_000, approvals: 1, consent: false, highRisk: false }],
      limits: { maxDurationMs: 4 * 3_600_000, openRequests: 3, extensions: 1, closeoutOverdueMs: null },
      emergency: { people: [], maxDurationMs: 3_600_000, twoPeople: false, secondPersonAfter: 1 },
      leavers: 'revoke',
      digest: { cron: '0 9 * * 1' },
    });
    expect(policyOf(BASE + TENANT).tenants.get('northwind')).toMatchObject({
      region: '–',
      channel: null,
      contacts: [],
    });
  });

  it('that is not there says where to get one', () => {
    const loaded = loadPolicy(join(folder, 'none.yml'));
    expect(loaded.ok ? '' : policyWords(loaded.problems)).toMatch(
      /^TSA cannot start.*\n {2}\S*none\.yml:1: cannot be read\. Copy policy\.example\.yml/,
    );
  });

  it.each(['', '- a\n', 'words\n', '# only a comment\n'])('that holds no settings says so: %j', (yaml) => {
    expect(problemsOf(yaml)).toEqual(['policy.yml:1: holds no settings. Copy policy.example.yml there.']);
  });

  it.each([
    [`${BASE}tenants: [\n`, /^policy\.yml:1[23]: /],
    [`${BASE}time_zone: UTC\n`, /^policy\.yml:12: Map keys must be unique$/],
    [
      `${BASE}digest:\n  cron: */5 * * * *\n`,
      /^policy\.yml:13: .*\(put quotes around a text that begins with \*\)$/,
    ],
    [
      `${BASE}digest:\n  cron: *daily\n`,
      /^policy\.yml:13: \*daily stands for nothing. Put quotes around it\.$/,
    ],
    [
      'a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c]\n',
      /alias/,
    ],
  ])('that is no proper YAML is refused with the line: %j', (yaml, words) => {
    expect(problemsOf(yaml)[0]).toMatch(words);
  });
});

describe('A setting that is not known', () => {
  it('is told with its line and the one that was probably meant', () => {
    const yaml = `${BASE.replace('requesters:', 'requestors:')}limitz:\n  max_duration: 1h\nlimits:\n  max_durration: 1h\n${TENANT}`;
    expect(problemsOf(yaml)).toEqual([
      'policy.yml:6: people.requesters: is missing'.replace(':6:', ':5:'),
      'policy.yml:6: people.requestors is not a setting. Did you mean requesters?',
      'policy.yml:15: limits.max_durration is not a setting. Did you mean max_duration?',
      'policy.yml:12: limitz is not a setting. Did you mean limits?',
    ]);
  });

  it('is found in a list, and in a list in a list', () => {
    const yaml = `${BASE}tenants:
  - id: a
    name: A
    environment: production
    contacts:
      - name: Nora
        e_mail: nora@a.example
        email: nora@a.example
    regoin: eu
`;
    expect(problemsOf(yaml)).toEqual([
      'policy.yml:18: tenants.0.contacts.0.e_mail is not a setting. Did you mean email?',
      'policy.yml:20: tenants.0.regoin is not a setting. Did you mean region?',
    ]);
  });

  it('that is like none is told with those that are known', () => {
    expect(problemsOf(changed('alert:', 'foo: 1\n  alert:'))).toEqual([
      'policy.yml:3: channels.foo is not a setting. Known here: alert, review, support, security.',
    ]);
  });
});

describe('A value that cannot be', () => {
  it.each([
    ['Europe/Berlin', 'Europe/Atlantis', 1, 'time_zone: write an IANA time zone'],
    ['C0ALERTS', '"#alerts"', 3, 'channels.alert: write a Slack channel id'],
    ['  review: C0REVIEW\n', '', 2, 'channels.review: is missing'],
    ['[U0SAM]', '[sam]', 6, 'people.requesters.0: write a Slack user id (U…, W…) or user group id'],
    ['[U0SAM]', '[]', 6, 'people.requesters: list at least one'],
    [
      'admins: [U0MIA]',
      'admins: [U0MIA]\n  deputies: { mia: [U0SAM] }',
      8,
      'people.deputies.mia: write a Slack user id',
    ],
    [
      'people: [U0MIA]',
      'people: [U0MIA]\n    scopes: read',
      10,
      'approvers.0.scopes: write any, or a list of ids',
    ],
    [
      'Look at things',
      'Look, max_duration: 60',
      11,
      'scopes.0.max_duration: write a length of time such as 30m',
    ],
    [
      'Look at things',
      'Look, max_duration: 31d',
      11,
      'scopes.0.max_duration: write a length of time such as 90s',
    ],
    [
      'Look at things',
      'Look, max_duration: 0m',
      11,
      'scopes.0.max_duration: write a length of time such as 90s',
    ],
    ['Look at things', 'Look, approvals: 3', 11, 'scopes.0.approvals: write 1 or 2'],
    ['Look at things', `"${'x'.repeat(76)}"`, 11, 'scopes.0.allows: at most 75 characters'],
    ['Look at things', '"two\\nlines"', 11, 'scopes.0.allows: must be one line of plain text'],
    [
      'Look at things',
      'Look\u200b at',
      11,
      'scopes.0.allows: holds what nobody sees, or what reorders it: Look⟨U+200B⟩',
    ],
    [
      'Read-only',
      'Read\u202eonly',
      11,
      'scopes.0.name: holds what nobody sees, or what reorders it: Read⟨U+202E⟩',
    ],
    ['id: read', 'id: "read only"', 11, 'scopes.0.id: use letters, digits'],
    ['time_zone:', 'digest: { cron: daily }\ntime_zone:', 1, 'digest.cron: write five cron fields'],
    ['time_zone:', 'digest: { cron: "0 0 31 2 *" }\ntime_zone:', 1, 'digest.cron: write five cron fields'],
    [
      'time_zone:',
      'limits: { customer_request: 49h }\ntime_zone:',
      1,
      'limits.customer_request: at most 48h',
    ],
  ])('is told with its line and what to write: %s → %s', (from, to, line, words) => {
    const problems = problemsOf(changed(from, to));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`policy.yml:${line}: ${words}`);
  });

  it.each([
    ['{ name: Nora }', 'give slack_user with slack_team, or email'],
    ['{ name: Nora, slack_user: U0NORA, email: nora@a.example }', 'slack_user and slack_team go together'],
    ['{ name: Nora, email: nora }', 'write an e-mail address'],
  ])('is a contact who cannot be reached or told apart: %s', (contact, words) => {
    const yaml = `${BASE}tenants:\n  - { id: a, name: A, environment: p, contacts: [${contact}] }\n`;
    expect(problemsOf(yaml)).toEqual([expect.stringMatching(/^policy\.yml:13: tenants\.0\.contacts\.0/)]);
    expect(problemsOf(yaml)[0]).toContain(words);
  });

  it('does not hide another: all are told at once', () => {
    const yaml = changed('C0ALERTS', 'alerts')
      .replace('C0REVIEW', 'review')
      .replace('[U0SAM]', '[sam, U0SAM, mia]');
    expect(problemsOf(yaml).map((problem) => problem.split(': ')[0])).toEqual([
      'policy.yml:3',
      'policy.yml:4',
      'policy.yml:6',
      'policy.yml:6',
    ]);
  });

  it('made many times is told 50 times, and then how many more there are', () => {
    const problems = problemsOf(
      changed('[U0SAM]', `[${Array.from({ length: 60 }, (_, i) => `sam${i}`).join(', ')}]`),
    );
    expect(problems).toHaveLength(51);
    expect(problems.at(-1)).toBe('policy.yml:6: … and 10 more problems');
  });
});

describe('The parts must fit together', () => {
  it.each([
    ['no tenant at all', BASE, 1, 'tenants: there is no tenant'],
    [
      'a tenant twice',
      `${BASE}${TENANT}  - { id: northwind, name: Other, environment: staging }\n`,
      14,
      'tenants.1.id: the tenant northwind is there twice',
    ],
    [
      'a scope twice',
      changed('scopes:\n', 'scopes:\n  - { id: read, name: Read, allows: Look }\n'),
      12,
      'scopes.1.id: the scope read is there twice',
    ],
    [
      'an approver of a scope that is not there',
      changed('people: [U0MIA]', 'people: [U0MIA]\n  - people: [U0MIA]\n    scopes: [read, write]'),
      11,
      'approvers.1.scopes: there is no scope write',
    ],
    [
      'an approver for a tenant that is not there',
      changed('people: [U0MIA]', 'people: [U0MIA]\n    tenants: [northwind, southwind]'),
      10,
      'approvers.0.tenants: there is no tenant southwind',
    ],
    [
      'a scope that nobody approves',
      changed('scopes:\n', 'scopes:\n  - { id: admin, name: Admin, allows: All }\n').replace(
        'people: [U0MIA]',
        'people: [U0MIA]\n    scopes: [read]',
      ),
      12,
      'scopes.0: nobody could approve admin',
    ],
    [
      'a scope with two approvals and one approver',
      changed('Look at things', 'Look, approvals: 2').replace('people: [U0MIA]', 'people: [U0MIA, U0MIA]'),
      11,
      'scopes.0: nobody could approve read: add approvers for it (it needs 2',
    ],
    [
      'a scope that only a shared account approves',
      changed('admins: [U0MIA]', 'admins: [U0MIA]\n  shared_accounts: [U0MIA]'),
      12,
      'scopes.0: nobody could approve read',
    ],
    [
      'an emergency longer than any session',
      `${BASE}${TENANT}limits:\n  max_duration: 30m\nemergency:\n  max_duration: 31m\n`,
      17,
      'emergency.max_duration: must not be longer than limits.max_duration',
    ],
    [
      'emergencies without end before a second person is asked',
      `${BASE}${TENANT}emergency:\n  second_person_after: 0\n`,
      15,
      'emergency.second_person_after: ',
    ],
    [
      'an emergency that needs two people, and one person',
      `${BASE}${TENANT}emergency:\n  people: [U0SAM]\n  two_people: true\n`,
      16,
      'emergency.two_people: nobody could confirm',
    ],
  ])('so this is told with its line: %s', (_what, yaml, line, words) => {
    const problems = problemsOf(yaml);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`policy.yml:${line}: ${words}`);
  });

  it.each([
    [
      'a user group may hold as many as are needed',
      changed('Look at things', 'Look, approvals: 2').replace('people: [U0MIA]', 'people: [S0LEADS]'),
    ],
    [
      'two rules together may have enough approvers',
      changed('Look at things', 'Look, approvals: 2').replace(
        'people: [U0MIA]',
        'people: [U0MIA]\n  - people: [U0SAM]\n    scopes: [read]',
      ),
    ],
    [
      'a group may declare an emergency with two people',
      `${BASE}${TENANT}emergency: { people: [S0ONCALL], two_people: true }\n`,
    ],
  ])('and this is right: %s', (_what, yaml) => {
    expect(problemsOf(yaml)).toEqual([]);
  });
});

describe('A CSV file of tenants', () => {
  it('is read with every column, besides the tenants of the policy', () => {
    const csv = `\uFEFF${COLUMNS}contoso,"Contoso, Retail",production,us-east,C0CONTOSO,90m,required,TRUE\n\nblink, Blink ,demo,,,,,\n,,,,,,,\n`;
    const { tenants } = policyOf(`${BASE}${TENANT}${CSV}`, csv);
    expect([...tenants].map(([id]) => id)).toEqual(['blink', 'contoso', 'northwind']);
    expect(tenants.get('contoso')).toEqual({
      id: 'contoso',
      name: 'Contoso, Retail',
      environment: 'production',
      region: 'us-east',
      channel: 'C0CONTOSO',
      maxDurationMs: 90 * 60_000,
      maxExtendedMs: null,
      consent: 'required',
      customerRequests: true,
      contacts: [],
      statusKeySha256: null,
      access: null,
    });
    expect(tenants.get('blink')).toMatchObject({ name: 'Blink', consent: 'notify', customerRequests: false });
  });

  it('says of each limit how far it may be outlasted, which is no less than itself', () => {
    const columns = 'id,name,environment,max_duration,max_extended\n';
    const { tenants } = policyOf(`${BASE}${TENANT}${CSV}`, `${columns}a,A,p,1h,2h\nb,B,p,1h,\n`);
    expect(['a', 'b'].map((id) => tenants.get(id)?.maxExtendedMs)).toEqual([2 * 3_600_000, null]);
    const fits = 'max_extended: goes with max_duration, and must not be less';
    expect(problemsOf(`${BASE}${TENANT}${CSV}`, `${columns}a,A,p,1h,59m\nb,B,p,,2h\n`)).toEqual([
      `tenants.csv:2: ${fits}`,
      `tenants.csv:3: ${fits}`,
    ]);
    // What is left out has a length, too.
    const read = (hours: number) => changed('id: read', `id: read, max_extended: ${hours}h`);
    expect(policyOf(read(4)).scopes[0]?.maxExtendedMs).toBe(4 * 3_600_000);
    expect(problemsOf(read(3))).toEqual([`policy.yml:11: scopes.0.${fits}`]);
    const all = (limit: string) => problemsOf(`${BASE}${TENANT}limits: { max_extended: ${limit} }\n`);
    expect(all('4h')).toEqual([]);
    expect(all('1h')).toEqual([`policy.yml:14: limits.${fits}`]);
  });

  it('names a contact in each row, whose address is kept in lower case', () => {
    const key = 'ab'.repeat(32);
    const columns =
      'id,name,environment,contact_name,contact_email,contact_slack_user,contact_slack_team,status_key_sha256\n';
    const { tenants } = policyOf(
      `${BASE}${TENANT}${CSV}`,
      `${columns}a,A,p,Ann,Ann@A.Example,U0ANN,T0ANN,${key}\nb,B,p,Bo,BO@b.example,,,\nc,C,p,,,,,\n`,
    );
    expect(['a', 'b', 'c'].map((id) => tenants.get(id)?.contacts)).toEqual([
      [{ name: 'Ann', slack: 'U0ANN@T0ANN', email: 'ann@a.example' }],
      [{ name: 'Bo', slack: null, email: 'bo@b.example' }],
      [],
    ]);
    expect(tenants.get('a')?.statusKeySha256).toBe(key);
  });

  it('has letters of another alphabet pointed out in its names, and keeps those that belong together', () => {
    const columns = 'id,name,environment,region,contact_name,contact_email\n';
    const { tenants, scopes } = policyOf(
      `${BASE.replace('Read-only', 'Rеad-only')}${TENANT.replace('Northwind,', 'Nоrthwind,')}${CSV}`,
      `${columns}a,Нorthwind,рroduction,еu-west,Аnn,ann@a.example\nb,Яндекс.Taxi 👩‍💻,p,r,Σωκράτης,b@b.example\n`,
    );
    expect(scopes.map(({ name }) => name)).toEqual(['Rеad-only [е: Cyrillic]']);
    expect(tenants.get('northwind')?.name).toBe('Nоrthwind [о: Cyrillic]');
    expect(tenants.get('a')).toMatchObject({
      name: 'Нorthwind [Н: Cyrillic]',
      environment: 'рroduction [р: Cyrillic]',
      region: 'еu-west [е: Cyrillic]',
      contacts: [{ name: 'Аnn [А: Cyrillic]' }],
    });
    expect(tenants.get('b')).toMatchObject({ name: 'Яндекс.Taxi 👩‍💻', contacts: [{ name: 'Σωκράτης' }] });
  });

  it('holds nothing that nobody sees', () => {
    expect(problemsOf(`${BASE}${CSV}`, 'id,name,environment\na,North\u200bwind,p\nb,B\u00ad,p\n')).toEqual([
      'tenants.csv:2: name: holds what nobody sees, or what reorders it: North⟨U+200B⟩wind',
      'tenants.csv:3: name: holds what nobody sees, or what reorders it: B⟨U+00AD⟩',
    ]);
  });

  it('is told what is wrong with a contact by the name of the column', () => {
    const columns = 'id,name,environment,contact_name,contact_email,contact_slack_user,status_key_sha256\n';
    const rows =
      'a,A,p,Ann,nobody,,\nb,B,p,,bo@b.example,,\nc,C,p,Cleo,,,\nd,D,p,Di,,U0DI,\ne,E,p,,,,secret\n';
    const problems = problemsOf(`${BASE}${TENANT}${CSV}`, columns + rows);
    const expected = [
      'tenants.csv:2: contact_email: write an e-mail address',
      'tenants.csv:3: contact_name: is missing',
      'tenants.csv:4: the contact: give slack_user with slack_team, or email',
      'tenants.csv:5: the contact: slack_user and slack_team go together',
      'tenants.csv:6: status_key_sha256: write the SHA-256 of the key',
    ];
    expect(problems.map((problem, i) => problem.slice(0, expected[i]?.length))).toEqual(expected);
  });

  it('may stand anywhere, named from the policy or from the root', () => {
    const csv = join(folder, 'tenants.csv');
    expect(policyOf(`${BASE}tenants_file: ${csv}\n`, `${COLUMNS}a,A,p,,,,,\n`).tenants.has('a')).toBe(true);
  });

  it('that is not there is told by its name', () => {
    expect(problemsOf(`${BASE}tenants_file: none.csv\n`)).toEqual(['none.csv:1: cannot be read']);
  });

  it('is told all that is wrong with it, each with its line', () => {
    const rows = [
      'a,A,production,,,,,',
      ',B,production,,,,,',
      '"two words",C,production,,,,,',
      'd,D,production,,general,,,',
      'e,E,production,,,soon,,',
      'f,F,production,,,,maybe,',
      'g,G,production,,,,,yes',
      'h,H',
      '"i","I\nI",production,,,,,',
    ];
    const problems = problemsOf(`${BASE}${CSV}`, COLUMNS + rows.join('\n'));
    const expected = [
      'tenants.csv:3: id: is missing',
      'tenants.csv:4: id: use letters',
      'tenants.csv:5: channel: write a Slack channel id',
      'tenants.csv:6: max_duration: write a length of time',
      'tenants.csv:7: consent: Invalid option',
      'tenants.csv:8: customer_requests: Invalid input: expected boolean',
      'tenants.csv:9: has 2 cells, but there are 8 columns',
      'tenants.csv:11: name: must be one line of plain text',
    ];
    expect(problems).toHaveLength(expected.length);
    expected.forEach((words, i) => {
      expect(problems[i]).toContain(words);
    });
  });

  it.each([
    ['id,name,enviroment\na,A,p\n', 'enviroment is not a column. Did you mean environment?'],
    ['id,name,environment,colour\na,A,p,red\nb,B,p,red\n', 'colour is not a column. Known here: id, name'],
    ['id;name;environment\na;A;p\n', 'id: the column is missing (columns are separated by commas)'],
    ['id,name,environment,id\na,A,p,b\n', 'id: the column is there twice'],
    ['', 'id: the column is missing'],
  ])('with other columns is told once, at its first line: %j', (csv, words) => {
    const problems = problemsOf(`${BASE}${CSV}`, csv);
    expect(problems.some((problem) => problem.startsWith(`tenants.csv:1: ${words}`))).toBe(true);
    expect(new Set(problems).size).toBe(problems.length);
    expect(problems.every((problem) => problem.startsWith('tenants.csv:1: '))).toBe(true);
  });

  it('with a quote that does not end is told the line where it begins', () => {
    const problems = problemsOf(`${BASE}${CSV}`, `${COLUMNS}a,A,p,,,,,\nb,"B,p,,,,,\nc,C,p,,,,,\n`);
    expect(problems).toEqual(['tenants.csv:3: a quote that is opened here is never closed']);
  });

  it('with a quote in the middle of a text is told the line', () => {
    const problems = problemsOf(`${BASE}${CSV}`, `${COLUMNS}a,A,p,,,,,\nb,7" pipes,p,,,,,\n`);
    expect(problems).toEqual([expect.stringMatching(/^tenants\.csv:3: Invalid Opening Quote/)]);
  });

  it('that has a tenant twice, or one of the policy, is told the line', () => {
    const csv = `${COLUMNS}a,A,p,,,,,\nnorthwind,N,p,,,,,\na,A,p,,,,,\n`;
    expect(problemsOf(`${BASE}${TENANT}${CSV}`, csv)).toEqual([
      'tenants.csv:3: id: the tenant northwind is there twice',
      'tenants.csv:4: id: the tenant a is there twice',
    ]);
  });

  it('that cannot be read in full does not make its tenants look unknown to the approvers', () => {
    const yaml = BASE.replace('people: [U0MIA]', 'people: [U0MIA]\n    tenants: [a]') + CSV;
    expect(problemsOf(yaml, `${COLUMNS}a,,p,,,,,\n`)).toEqual(['tenants.csv:2: name: is missing']);
  });

  it('of 100,000 tenants is read', () => {
    const rows = Array.from(
      { length: 100_000 },
      (_, i) => `t-${i},"Customer ${i}",production,eu-west,,2h,notify,false\n`,
    );
    const { tenants } = policyOf(`${BASE}${CSV}`, COLUMNS + rows.join(''));
    expect(tenants.size).toBe(100_000);
    expect(tenants.get('t-99999')).toMatchObject({ name: 'Customer 99999', maxDurationMs: 7_200_000 });
  });
});

describe('policy.example.yml', () => {
  const { text } = read('policy.example.yml');

  it('loads', () => {
    const loaded = loadPolicy(join(ROOT, 'policy.example.yml'));
    expect(loaded.ok ? [] : loaded.problems).toEqual([]);
  });

  it('shows every setting that there is', () => {
    const shape = z.object({
      properties: z.record(z.string(), z.unknown()).optional(),
      items: z.unknown().optional(),
    });
    const keys = (schema: unknown): readonly string[] => {
      const { properties = {}, items } = shape.catch({}).parse(schema);
      return [
        ...Object.entries(properties).flatMap(([key, inner]) => [key, ...keys(inner)]),
        ...(items === undefined ? [] : keys(items)),
      ];
    };
    const all = keys(JSON.parse(policySchema()));
    expect(all.length).toBeGreaterThan(50);
    expect(all.filter((key) => !new RegExp(`(?:^|[\\s{-])${key}:`, 'm').test(text))).toEqual([]);
  });

  it('tells the truth about what holds when a setting is left out', () => {
    const setting = /^(\s*)# ([a-z_]+: \S+)$/gm;
    const commented = [...text.matchAll(setting)]
      .map(([, , line]) => line)
      .filter((line) => line !== CSV.trim());
    expect(commented.length).toBeGreaterThan(15);
    const all = text.replaceAll(setting, (whole, indent: string, line: string) =>
      line === CSV.trim() ? whole : `${indent}${line}`,
    );
    const whole = ({ tenants, ...rest }: Policy): unknown => ({ ...rest, tenants: [...tenants] });
    expect(whole(policyOf(all))).toEqual(whole(policyOf(text)));
  });

  it('is explained and checked by an editor through the schema beside it', () => {
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./policy.schema.json');
  });
});

describe('policy.schema.json', () => {
  it('is current: npm run schema would write what is there', () => {
    expect(read('policy.schema.json').text).toBe(policySchema());
  });
});
