import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { snapshot } from '../world/snapshot.js';
import { useClient } from './client.js';

const script = resolve('netns-tests/clients/everyday.py');

/** Debian's python3-docker. */
describe('docker-py', function () {
  this.timeout(90_000);
  const client = useClient('/usr/lib/python3/dist-packages/docker/__init__.py');
  const problems = new Map<string, string | undefined>();

  before(async () => {
    const output = await client.it.ok(['/usr/bin/python3', '-B', script]);
    for (const line of output.trim().split('\n')) {
      const { name, problem } = JSON.parse(line) as { name: string; problem?: string };
      problems.set(name, problem);
    }
  });

  const checks = [...readFileSync(script, 'utf8').matchAll(/^def (check_\w+)/gm)].flatMap(
    ([, name = '']) => [name],
  );
  for (const name of checks) {
    it(name.replace('check_', '').replaceAll('_', ' '), () => {
      expect(problems.has(name), 'the script did not come this far').to.equal(true);
      const problem = problems.get(name);
      if (problem) throw new Error(problem);
    });
  }

  it('leaves the host as it was', async () => {
    expect(await snapshot(client.it.world.host)).to.deep.equal(client.it.before);
  });
});
