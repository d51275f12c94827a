import { resolve } from 'node:path';
import { scriptChecks } from './checks.js';
import { useClient } from './client.js';

const script = resolve('netns-tests/clients/everyday.py');

/** Debian's python3-docker. */
describe('docker-py', () => {
  const client = useClient('/usr/lib/python3/dist-packages/docker/__init__.py');
  scriptChecks(script, {
    pattern: /^def (check_\w+)/gm,
    client,
    run: () => client.it.ok(['/usr/bin/python3', '-B', script]),
  });
});
