import { connect, createServer } from 'node:net';
import { z } from 'zod';
import { settle } from '../sandbox/example-company.ts';
import { createSandbox } from '../sandbox/server.ts';
import { APPROVERS, APPROVERS_GROUP, ENGINEERS } from './company.ts';

/** The local Slack with the bench's people in it, as a process of its own, at the end of a line as long as it is told. */

const sandbox = await createSandbox();
const { workspace } = sandbox;
settle(workspace);
for (const id of [...ENGINEERS, ...APPROVERS])
  workspace.addPerson({
    id,
    name: id,
    title: '',
    tz: 'Europe/Berlin',
    kind: 'member',
    teamId: workspace.teamId,
  });
workspace.groups.set(APPROVERS_GROUP, [...APPROVERS]);

let delayMs = 0;
process.on('message', (message) => {
  delayMs = z.number().parse(message);
});
const upstream = Number(new URL(sandbox.url).port);
const line = createServer((near) => {
  const far = connect(upstream, '127.0.0.1');
  near.setNoDelay(true);
  far.setNoDelay(true);
  near.on('data', (chunk) => setTimeout(() => far.write(chunk), delayMs));
  far.on('data', (chunk) => near.write(chunk));
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on('close', () => other.destroy());
    one.on('error', () => other.destroy());
  }
});
line.listen(0, '127.0.0.1', () => {
  const { port } = z.object({ port: z.number() }).parse(line.address());
  const { bot, signingSecret } = sandbox.tokens;
  const apiUrl = `http://127.0.0.1:${port}/api/`;
  console.log(JSON.stringify({ msg: 'ready', apiUrl, bot, signingSecret, teamId: workspace.teamId }));
});
process.on('SIGTERM', () => process.exit(0));
