import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { policyForm } from './form.ts';

/** `npm run schema` writes policy.schema.json, so that an editor explains and checks policy.yml while it is written. */

const TITLE = 'Policy of Temporary Support Access';

/** The form of policy.yml as a JSON schema (draft-07: what editors' YAML servers read best). */
export function policySchema(): string {
  const schema = z.toJSONSchema(policyForm, { io: 'input', target: 'draft-07', unrepresentable: 'any' });
  return `${JSON.stringify({ title: TITLE, ...schema }, null, 2)}\n`;
}

if (import.meta.main) writeFileSync(new URL('../../policy.schema.json', import.meta.url), policySchema());
