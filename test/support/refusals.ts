import type { Traffic } from '../../sandbox/workspace.ts';
import type { TestApp } from './test-app.ts';

/** Watches from now on; gives whatever the sandbox refused, and what the app did not answer. */
export function refusals(s: TestApp): () => readonly string[] {
  const { workspace } = s.sandbox;
  const looked = new WeakSet<Traffic>();
  const found: string[] = [];
  const look = (): void => {
    for (const one of workspace.traffic.slice(-60)) {
      if (looked.has(one)) continue;
      looked.add(one);
      const well = one.direction === 'from_app' ? one.what.endsWith('→ ok') : !one.what.includes(': ');
      if (!well) found.push(`${one.what} ${JSON.stringify(one.body).slice(0, 600)}`);
    }
  };
  workspace.onChange(look);
  return () => {
    look();
    return found;
  };
}
