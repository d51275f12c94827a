import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { must } from '../world/command.js';
import { scriptChecks } from './checks.js';
import { useClient } from './client.js';

const script = resolve('netns-tests/clients/everyday-dockerode.mjs');
/** Where `tools/clients.sh` puts it, with its types. */
const cache = resolve('node_modules/.cache/clients');
/** The script where it finds them. */
const installed = join(cache, 'everyday.mjs');

const compiler = [
  ...[
    '--ignoreConfig',
    '--noEmit',
    '--allowJs',
    '--checkJs',
    '--strict',
    '--skipLibCheck',
    '--types',
    'node',
  ],
  ...['--target', 'es2022', '--module', 'nodenext'],
];

describe('dockerode', () => {
  const client = useClient(join(cache, 'node_modules/dockerode/package.json'));
  scriptChecks(script, {
    pattern: /^ {2}async '([^']+)'/gm,
    client,
    async run() {
      copyFileSync(script, installed);
      return client.it.ok([process.execPath, installed]);
    },
  });

  it('is used as @types/dockerode says', async () => {
    await must([resolve('node_modules/.bin/tsc'), ...compiler, installed], { timeoutMs: 60_000 });
  });
});
