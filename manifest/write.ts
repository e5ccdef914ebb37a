import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { NotAnAddress, renderManifest } from './manifest.ts';

/** `npm run manifest` writes slack-manifest.yml; with `-- --http https://host` the one for HTTP mode is printed. */
try {
  const { http } = parseArgs({ options: { http: { type: 'string' } } }).values;
  if (http === undefined)
    writeFileSync(new URL('../slack-manifest.yml', import.meta.url), renderManifest({ mode: 'socket' }));
  else process.stdout.write(renderManifest({ mode: 'http', url: http }));
} catch (error) {
  const wrongArguments = error instanceof TypeError || error instanceof NotAnAddress;
  if (!wrongArguments) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
