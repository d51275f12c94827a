import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestDaemon } from '../../world/daemon.js';
import { needsRoot } from '../../world/root.js';
import { World } from '../../world/world.js';

/** A daemon whose settings file names a runtime: a script that notes how it is called and calls crun. */
describe('runtimes', () => {
  let folder: string;
  let world: World;
  let daemon: TestDaemon;
  const calls = () => readFileSync(join(folder, 'calls'), 'utf8');

  before(async function () {
    needsRoot.call(this);
    folder = mkdtempSync(join(tmpdir(), 'rtm-'));
    const script = join(folder, 'wrapper');
    const body = `#!/bin/sh\necho "$@" >> ${folder}/calls\n[ "$1" = --mine ] && shift\nexec crun "$@"\n`;
    writeFileSync(script, body);
    chmodSync(script, 0o755);
    const runtimes = {
      mine: { path: script, runtimeArgs: ['--mine'] },
      gone: { path: '/nonexistent/runtime' },
    };
    const file = join(folder, 'daemon.json');
    writeFileSync(file, JSON.stringify({ runtimes }));
    world = await World.create();
    daemon = await TestDaemon.start(world.host, ['--config-file', file]);
  });

  after(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  it('run what they are asked to, with their arguments', async () => {
    expect(await daemon.must('run --rm --runtime mine tsnet/busybox echo hello')).to.equal('hello');
    expect(calls()).to.match(/^--mine --root .* create /m);
  });

  it('are listed, with the default one', async () => {
    const info = JSON.parse(await daemon.mustRun(['info', '--format', '{{json .}}'])) as {
      Runtimes: Record<string, { path: string; runtimeArgs?: string[] }>;
      DefaultRuntime: string;
    };
    expect(info.Runtimes['mine']).to.deep.equal({
      path: join(folder, 'wrapper'),
      runtimeArgs: ['--mine'],
    });
    expect(info.Runtimes).to.include.keys('crun', 'gone');
    expect(info.DefaultRuntime).to.equal('crun');
  });

  it('that are unknown or missing are refused', async () => {
    const refusal = async (name: string) =>
      (await daemon.run(['run', '--rm', '--runtime', name, 'tsnet/busybox', 'true'])).stderr;
    expect(await refusal('nope')).to.include('unknown or invalid runtime name: nope');
    expect(await refusal('gone')).to.include('executable file not found in $PATH');
  });

  it('belong to a container for its life', async () => {
    await daemon.must(
      'run -d --name kept --stop-signal KILL --runtime mine tsnet/busybox sleep 99',
    );
    expect(await daemon.must('inspect --format {{.HostConfig.Runtime}} kept')).to.equal('mine');
    await daemon.stop('SIGKILL');
    await daemon.start();
    writeFileSync(join(folder, 'calls'), '');
    expect(await daemon.must('exec kept echo again')).to.equal('again');
    expect(calls()).to.match(/^--mine .* exec /m);
    await daemon.must('rm -f kept');
  });
});
