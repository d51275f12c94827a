import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { useStage } from './stage.js';

describe('options of local volumes', () => {
  const stage = useStage();
  const isMounted = (name: string) => stage.it.mountsAt(stage.it.data(name)).length > 0;

  it('mount at the first use and unmount at the last', async () => {
    await stage.it.must(
      'volume create -o type=tmpfs -o device=tmpfs -o o=size=1m,uid=1000,noexec memory',
    );
    expect(isMounted('memory')).to.equal(false);
    const one = await stage.it.sleeper('-v memory:/data');
    const two = await stage.it.sleeper('-v memory:/data');
    expect(stage.it.mountsAt(stage.it.data('memory'))).to.have.length(1);
    await stage.it.must(`exec ${one} touch /data/shared`);
    const seen = await stage.it.must(
      `exec ${two} sh -c`,
      'ls /data; grep " /data " /proc/self/mounts',
    );
    expect(seen).to.match(/^shared\ntmpfs \/data tmpfs rw,noexec,.*size=1024k.*uid=1000/);
    await stage.it.must(`rm -f ${one}`);
    expect(isMounted('memory')).to.equal(true);
    await stage.it.must(`kill ${two}`);
    await stage.it.must(`rm -f ${two}`);
    expect(isMounted('memory')).to.equal(false);
    expect(await stage.it.sh('-v memory:/data', 'ls /data')).to.equal('');
  });

  it('bind folders, also for reading only', async () => {
    const disk = stage.it.path('disk/');
    writeFileSync(join(disk, 'file'), 'on the host');
    await stage.it.must(`volume create -o type=none -o o=bind,ro -o device=${disk} bound`);
    expect(await stage.it.sh('-v bound:/data', 'cat /data/file')).to.equal('on the host');
    expect(await stage.it.fails('run --rm -v bound:/data box touch /data/new')).to.include(
      'Read-only file system',
    );
    await stage.it.must('volume rm bound');
    expect(readdirSync(disk)).to.deep.equal(['file']);
  });

  it('come with --mount', async () => {
    const disk = stage.it.path('other/');
    const options = `volume-opt=type=none,volume-opt=o=bind,volume-opt=device=${disk}`;
    await stage.it.sh(`--mount src=asked,dst=/data,${options},volume-label=a=b`, 'touch /data/x');
    expect(readdirSync(disk)).to.deep.equal(['x']);
    expect(await stage.it.must('volume inspect -f {{.Labels}} asked')).to.equal('map[a:b]');
  });

  it('say what could not be mounted, without passwords', async () => {
    await stage.it.must('volume create -o type=none -o o=bind -o device=/not/there bad');
    const refusal = await stage.it.fails('run --rm -v bad:/data:nocopy box true');
    const data = stage.it.data('bad');
    expect(refusal).to.include(
      `error while mounting volume '${data}': failed to mount local volume: ` +
        `mount /not/there:${data}, flags: 0x1000: no such file or directory`,
    );
    expect(await stage.it.must('ps -aq')).to.equal('');
    await stage.it.must(
      'volume create -o type=tmpfs -o device=tmpfs -o o=username=me,password=secret secret',
    );
    const hidden = await stage.it.fails('run --rm -v secret:/data:nocopy box true');
    expect(hidden).to.include('password=********');
    expect(hidden).to.not.include('password=secret');
  });

  it('stay mounted over a kill of the daemon while they are in use', async () => {
    await stage.it.must('volume create -o type=tmpfs -o device=tmpfs memory');
    const [stays, goes] = [
      await stage.it.sleeper('-v memory:/data'),
      await stage.it.sleeper('-v memory:/data'),
    ];
    await stage.it.must(`exec ${stays} touch /data/kept`);
    await stage.it.daemon.stop('SIGKILL');
    await stage.it.daemon.start();
    expect(await stage.it.must(`exec ${goes} ls /data`)).to.equal('kept');
    await stage.it.must(`rm -f ${goes}`);
    expect(isMounted('memory')).to.equal(true);
    const pid = Number(await stage.it.must(`inspect -f {{.State.Pid}} ${stays}`));
    await stage.it.daemon.stop('SIGKILL');
    process.kill(pid, 'SIGKILL');
    await stage.it.daemon.start();
    expect(isMounted('memory')).to.equal(false);
  });

  it('tell events', async () => {
    const moment = () => (Date.now() / 1000 + 0.005).toFixed(3);
    const since = moment();
    await stage.it.must('volume create loud');
    await stage.it.sh('-v loud:/data:ro', 'true');
    await stage.it.must('volume rm loud');
    await stage.it.must('volume prune -f -a');
    const format = '{{.Action}} {{json .Actor.Attributes}}';
    const lines = (
      await stage.it.daemon.mustRun([
        ...['events', '--since', since, '--until', moment()],
        ...['--filter', 'type=volume', '--format', format],
      ])
    ).split('\n');
    expect(lines.map((line) => line.split(' ')[0])).to.deep.equal([
      'create',
      'mount',
      'unmount',
      'destroy',
      'prune',
    ]);
    expect(lines[0]).to.equal('create {"driver":"local"}');
    expect(lines[1]).to.match(
      /"container":"\w{64}","destination":"\/data","driver":"local","propagation":"","read\/write":"false"/,
    );
    expect(lines[4]).to.equal('prune {"reclaimed":"0"}');
  });

  it('are not needed for a folder that somebody puts there', async () => {
    const data = stage.it.data('restored');
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, 'file'), 'from a backup');
    await stage.it.daemon.stop('SIGTERM');
    await stage.it.daemon.start();
    expect(await stage.it.sh('-v restored:/data', 'cat /data/file')).to.equal('from a backup');
    await stage.it.must('volume rm restored');
    expect(existsSync(join(data, '..'))).to.equal(false);
  });
});
