import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { run } from '../world/command.js';
import { needsRoot } from '../world/root.js';

/** Mounts the v2 tree in the place of all others, for this one program. */
const only = [
  'mount --make-rprivate /',
  'for tree in /sys/fs/cgroup/*; do umount -l "$tree" 2>/dev/null; done',
  'umount -l /sys/fs/cgroup 2>/dev/null',
  'mount -t cgroup2 none /sys/fs/cgroup && exec "$@"',
].join('\n');

describe('control groups of version 2 alone', () => {
  it('carry a container through its life', async function () {
    needsRoot.call(this);
    if (!existsSync('/usr/sbin/runc')) this.skip();
    const program = fileURLToPath(new URL('./unified-life.js', import.meta.url));
    const argv = ['unshare', '--mount', 'sh', '-c', only, 'sh', process.execPath, program];
    const { code, stdout, stderr } = await run(argv, { timeoutMs: 50_000 });
    expect(code, stderr).to.equal(0);
    const { warnings, ...told } = JSON.parse(stdout) as { warnings: string[] };
    expect(told).to.deep.equal({
      version: 2,
      hasOwnPid: true,
      paused: true,
      resumed: true,
      code: 137,
      gone: true,
      // Its own group is the root of what it sees.
      cgroup: '0::/',
      mode: 'private',
    });
    // On a machine that has version 1 too, the controllers are there and not here.
    for (const warning of warnings) expect(warning).to.match(/^Your kernel does not support /);
  });
});
