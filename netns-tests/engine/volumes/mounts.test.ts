import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { must } from '../../world/command.js';
import { useStage } from './stage.js';

describe('mounts of containers', () => {
  const stage = useStage();

  it('keep what is written, from one container to the next', async () => {
    await stage.it.sh('-v data:/data', 'echo kept > /data/file');
    expect(await stage.it.sh('-v data:/other:ro', 'cat /other/file')).to.equal('kept');
    const refusal = await stage.it.fails(
      'run --rm --network none -v data:/d:ro box sh -c',
      'echo x > /d/file',
    );
    expect(refusal).to.include('Read-only file system');
  });

  it('lie in one another, whatever their order', async () => {
    await stage.it.sh('-v inner:/a/b -v outer:/a', 'echo in > /a/b/file; echo out > /a/file');
    expect(readFileSync(join(stage.it.data('inner'), 'file'), 'utf8')).to.equal('in\n');
    expect(readFileSync(join(stage.it.data('outer'), 'file'), 'utf8')).to.equal('out\n');
    expect(readdirSync(join(stage.it.data('outer'), 'b'))).to.deep.equal([]);
  });

  it('are made for -v, and have to be there for --mount', async () => {
    const made = stage.it.path('made/by/start');
    await stage.it.sh(`-v ${made}:/data`, 'touch /data/file');
    expect(readdirSync(made)).to.deep.equal(['file']);
    const missing = stage.it.path('missing');
    expect(
      await stage.it.fails(`run --rm --mount type=bind,src=${missing},dst=/data box true`),
    ).to.include(`bind source path does not exist: ${missing}`);
    await stage.it.sh(`--mount type=bind,src=${missing},dst=/data,bind-create-src`, 'true');
    expect(existsSync(missing)).to.equal(true);
  });

  it('can be files, also of what is not there', async () => {
    const file = stage.it.path('single');
    writeFileSync(file, 'one file');
    expect(await stage.it.sh(`-v ${file}:/etc/motd:ro`, 'cat /etc/motd')).to.equal('one file');
    expect(await stage.it.sh(`-v ${file}:/new/place`, 'cat /new/place')).to.equal('one file');
  });

  it('are memory', async () => {
    const seen = await stage.it.sh(
      '--tmpfs /run:size=64k,mode=700 --mount type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1770,ro',
      'grep -E "/(run|t) " /proc/self/mounts; stat -c %a /run /t',
    );
    expect(seen).to.match(/tmpfs \/run tmpfs rw,.*size=64k.*mode=700/);
    expect(seen).to.match(/tmpfs \/t tmpfs ro,.*size=1024k.*mode=1770/);
    expect(seen.split('\n').slice(-2)).to.deep.equal(['700', '1770']);
  });

  it('are taken over from other containers', async () => {
    await stage.it.must('create --name source -v data:/data -v /anonymous box true');
    await stage.it.sh('--volumes-from source', 'echo 1 > /data/a; echo 2 > /anonymous/b');
    expect(await stage.it.sh('--volumes-from source:ro', 'cat /data/a /anonymous/b')).to.equal(
      '1\n2',
    );
    expect(
      await stage.it.fails('run --rm --volumes-from source:ro box touch /anonymous/c'),
    ).to.include('Read-only');
    // Its own mount at the same place counts more.
    expect(await stage.it.sh('--volumes-from source -v other:/data', 'ls /data')).to.equal('');
  });

  it('take volumes that nobody named with them', async () => {
    await stage.it.sh('-v /one -v named:/two --mount dst=/three', 'true');
    expect(await stage.it.volumes()).to.deep.equal(['named']);
    await stage.it.must('create --name kept -v /one box true');
    await stage.it.must('create --name user --volumes-from kept box true');
    expect(await stage.it.volumes()).to.have.length(2);
    await stage.it.must('rm -v kept');
    expect(await stage.it.volumes()).to.have.length(2);
    await stage.it.must('rm user');
    expect(await stage.it.volumes()).to.have.length(2);
    expect((await stage.it.must('volume prune -f')).split('\n')[0]).to.equal('Deleted Volumes:');
    expect(await stage.it.volumes()).to.deep.equal(['named']);
  });

  it('end with a start that fails', async () => {
    const disk = stage.it.path('part/');
    await stage.it.must(`volume create -o type=none -o o=bind -o device=${disk} bound`);
    await stage.it.fails('run --rm --network none -v bound:/data -v /anon box /nope');
    expect(stage.it.mountsAt(stage.it.data('bound'))).to.deep.equal([]);
    expect(await stage.it.volumes()).to.deep.equal(['bound']);
  });

  describe('of trees with mounts', () => {
    let tree: string;
    beforeEach(async () => {
      tree = stage.it.path('tree/');
      mkdirSync(join(tree, 'below'), { recursive: true });
      await must(['mount', '-t', 'tmpfs', 'below', join(tree, 'below')]);
      writeFileSync(join(tree, 'below/file'), '');
    });
    afterEach(async () => {
      await must(['umount', join(tree, 'below')]);
      rmSync(tree, { recursive: true });
    });

    const mount = (options: string) => `--mount type=bind,src=${tree},dst=/t${options}`;

    it('show what is mounted below, unless that is not wanted', async () => {
      expect(await stage.it.sh(mount(''), 'ls /t/below')).to.equal('file');
      expect(await stage.it.sh(mount(',bind-recursive=disabled'), 'ls /t/below')).to.equal('');
    });

    it('write-protect what is mounted below, unless that is not wanted', async () => {
      const touch = 'touch /t/below/new 2>&1 || true';
      expect(await stage.it.sh(mount(',ro'), touch)).to.include('Read-only');
      expect(await stage.it.sh(`-v ${tree}:/t:ro`, touch)).to.include('Read-only');
      const forced = ',ro,bind-recursive=readonly,bind-propagation=rprivate';
      expect(await stage.it.sh(mount(forced), touch)).to.include('Read-only');
      expect(await stage.it.sh(mount(',ro,bind-recursive=writable'), touch)).to.equal('');
    });

    it('have no more rights than on the host', async () => {
      const below = join(tree, 'below');
      await must(['mount', '-o', 'remount,nosuid,nodev,noexec', below]);
      const options = await stage.it.sh(`-v ${below}:/t`, 'grep " /t " /proc/self/mounts');
      expect(options).to.match(/ rw,nosuid,nodev,noexec,/);
      await must(['mount', '-o', 'remount,bind,ro', below]);
      expect(await stage.it.sh(`-v ${below}:/t`, 'touch /t/x 2>&1 || true')).to.include(
        'Read-only',
      );
    });

    it('travel as is asked for', async () => {
      await must(['mount', '--make-rshared', join(tree, 'below')]);
      const below = join(tree, 'below');
      mkdirSync(join(below, 'host'));
      mkdirSync(join(below, 'box'));
      const names = { shared: 'rshared', slave: 'rslave', private: 'rprivate' };
      for (const [kind, propagation] of Object.entries(names)) {
        const id = await stage.it.sleeper(`--privileged -v ${below}:/t:${propagation}`);
        await must(['mount', '-t', 'tmpfs', 'host', join(below, 'host')]);
        writeFileSync(join(below, 'host/file'), '');
        const seen = await stage.it.must(`exec ${id} ls /t/host`);
        await stage.it.must(`exec ${id} mount -t tmpfs box /t/box`);
        await stage.it.must(`exec ${id} touch /t/box/file`);
        const shown = readdirSync(join(below, 'box'));
        await stage.it.must(`exec ${id} umount /t/box`);
        await must(['umount', join(below, 'host')]);
        await stage.it.must(`rm -f ${id}`);
        expect([seen, shown], kind).to.deep.equal([
          kind === 'private' ? '' : 'file',
          kind === 'shared' ? ['file'] : [],
        ]);
      }
    });

    it('refuse to travel from where nothing travels', async () => {
      await must(['mount', '--make-private', join(tree, 'below')]);
      const refusal = await stage.it.fails(`run --rm -v ${tree}/below:/t:rshared box true`);
      expect(refusal).to.include(
        `path ${tree}/below is mounted on ${tree}/below but it is not a shared mount`,
      );
      expect(await stage.it.fails(`run --rm -v ${tree}/below:/t:rslave box true`)).to.include(
        'but it is not a shared or slave mount',
      );
    });
  });

  it('of what holds the daemon’s own folder let go of its mounts', async () => {
    const data = join(stage.it.daemon.folder, 'data');
    const id = await stage.it.must(`create -v ${data}:/data box true`);
    const format = '{{(index .Mounts 0).Propagation}}';
    expect(await stage.it.daemon.mustRun(['inspect', '-f', format, id])).to.equal('rslave');
    expect(await stage.it.fails(`create -v ${data}:/data:private box true`)).to.include(
      'must use either propagation mode "rslave" or "rshared"',
    );
  });
});
