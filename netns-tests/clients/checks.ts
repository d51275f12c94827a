import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Client } from './client.js';

/**
 * A test for each check of a script in another program's language: `pattern` finds their names in it. `run` gives its
 * output, a line of JSON for each check with its `name`, and a `problem` if it failed.
 */
export function scriptChecks(
  script: string,
  {
    pattern,
    client,
    run,
  }: { pattern: RegExp; client: { readonly it: Client }; run(): Promise<string> },
): void {
  const problems = new Map<string, string | undefined>();
  before(async () => {
    for (const line of (await run()).trim().split('\n')) {
      const { name, problem } = JSON.parse(line) as { name: string; problem?: string };
      problems.set(name, problem);
    }
  });

  const names = [...readFileSync(script, 'utf8').matchAll(pattern)].flatMap(([, name = '']) => [
    name,
  ]);
  for (const name of names) {
    it(name.replace('check_', '').replaceAll('_', ' '), () => {
      expect(problems.has(name), 'the script did not come this far').to.equal(true);
      const problem = problems.get(name);
      if (problem) throw new Error(problem);
    });
  }

  it('leaves the host as it was', async () => {
    await client.it.expectUntouched();
  });
}
