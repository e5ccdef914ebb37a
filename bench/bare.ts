import { App, HTTPReceiver } from '@slack/bolt';
import { z } from 'zod';

/** The baseline over HTTP: Bolt as it comes, which only acknowledges. Its secret is its one argument. */

const receiver = new HTTPReceiver({ signingSecret: process.argv[2] ?? '', endpoints: '/slack/events' });
const app = new App({
  receiver,
  authorize: () => Promise.resolve({ botToken: 'xoxb-bare', botId: 'B0BARE', botUserId: 'U0BARE' }),
});
app.command(/.*/, async ({ ack }) => {
  await ack();
});
app.view({ type: 'view_submission', callback_id: /.*/ }, async ({ ack }) => {
  await ack();
});
app.options(/.*/, async ({ ack }) => {
  await ack({ options: [] });
});
const server = await app.start(0);
const { port } = z.object({ port: z.number() }).parse(server.address());
console.log(JSON.stringify({ msg: 'ready', port }));
process.on('SIGTERM', () => process.exit(0));
