import { readFileSync, writeFileSync } from 'node:fs';
import { withTable } from './permissions.ts';

/** `npm run permissions` writes the table in docs/permissions.md. */
const page = new URL('../../docs/permissions.md', import.meta.url);
writeFileSync(page, withTable(readFileSync(page, 'utf8')));
