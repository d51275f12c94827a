import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { FakePlugin } from './fake-plugin.js';
import { useStage } from './stage.js';

describe('volume plugins', () => {
  const stage = useStage((folder) => [
    ...['--plugin-socket-dir', join(folder, 'sockets')],
    ...['--plugin-spec-dir', join(folder, 'specs')],
  ]);
  let plugin: FakePlugin;
  const folderOf = (name: string) => stage.it.path('kept', name);
  before(async () => {
    const sockets = stage.it.path('sockets');
    plugin = await FakePlugin.listen(sockets, 'faked', stage.it.path('kept'));
  });
  afterEach(() => plugin.refusals.clear());
  after(async () => {
    await plugin?.[Symbol.asyncDispose]();
  });

  it('make, show and remove volumes', async () => {
    plugin.take();
    expect(await stage.it.must('volume create -d faked -o size=1 -o x=y vol')).to.equal('vol');
    expect(plugin.options.get('vol')).to.deep.equal({ size: '1', x: 'y' });
    expect(plugin.take()).to.include.members(['Plugin.Activate', 'Create']);
    expect(await stage.it.volume('vol')).to.deep.include({
      Name: 'vol',
      Driver: 'faked',
      Scope: 'global',
      CreatedAt: '2026-01-02T03:04:05Z',
      Mountpoint: '',
      Status: { uses: 0 },
    });
    expect(await stage.it.must('volume ls -f driver=faked')).to.match(/faked +vol/);
    expect(await stage.it.fails('volume create -d local vol')).to.include(
      "create vol: driver 'faked' already has volume 'vol': volume name must be unique",
    );
    expect(await stage.it.must('volume rm vol')).to.equal('vol');
    expect([...plugin.options.keys()]).to.deep.equal([]);
  });

  it('are in info as soon as they are there, and no longer', async () => {
    const drivers = () => stage.it.must('info -f', '{{json .Plugins.Volume}}');
    expect(await drivers()).to.equal('["local","faked"]');
    const other = await FakePlugin.listen(stage.it.path('sockets'), 'other', stage.it.path('o'));
    expect(await drivers()).to.equal('["local","faked","other"]');
    await other[Symbol.asyncDispose]();
    expect(await drivers()).to.equal('["local","faked"]');
  });

  it('are told of every use, once', async () => {
    await stage.it.must('volume create -d faked vol');
    const one = await stage.it.sleeper('-v vol:/data');
    expect(plugin.mounted.get('vol')?.size).to.equal(1);
    const two = await stage.it.sleeper('--volume-driver faked -v vol:/data -v other:/other');
    expect(plugin.mounted.get('vol')?.size).to.equal(2);
    await stage.it.must(`exec ${one} sh -c`, 'echo shared > /data/file');
    expect(await stage.it.must(`exec ${two} cat /data/file`)).to.equal('shared');
    expect(readFileSync(join(folderOf('vol'), 'file'), 'utf8')).to.equal('shared\n');
    const format = '{{range .Mounts}}{{.Name}} {{.Driver}} {{.Source}}{{end}}';
    expect(await stage.it.daemon.mustRun(['inspect', '-f', format, one])).to.equal(
      `vol faked ${folderOf('vol')}`,
    );
    await stage.it.must(`rm -f ${one}`);
    expect(plugin.mounted.get('vol')?.size).to.equal(1);
    await stage.it.must(`stop -t 0 ${two}`);
    await stage.it.must(`rm ${two}`);
    expect([plugin.mounted.get('vol')?.size, plugin.mounted.get('other')?.size]).to.deep.equal([
      0, 0,
    ]);
  });

  it('say what goes wrong', async () => {
    plugin.refusals.set('VolumeDriver.Create', 'the shelf is full');
    expect(await stage.it.fails('volume create -d faked vol')).to.include(
      'create vol: the shelf is full',
    );
    plugin.refusals.clear();
    await stage.it.must('volume create -d faked vol');
    plugin.refusals.set('VolumeDriver.Mount', 'the shelf is stuck');
    expect(await stage.it.fails('run --rm -v vol:/data:nocopy box true')).to.match(
      /error while mounting volume '.*': the shelf is stuck/,
    );
    plugin.refusals.clear();
    plugin.refusals.set('VolumeDriver.Remove', 'no');
    expect(await stage.it.fails('volume rm vol')).to.include('remove vol: no');
    plugin.refusals.clear();
    expect(await stage.it.fails('volume create -d nobody vol2')).to.include(
      'create vol2: error looking up volume plugin nobody: plugin "nobody" not found',
    );
  });

  it('have volumes that others made, under any name', async () => {
    plugin.options.set('team/shelf@1', {});
    mkdirSync(folderOf('team_shelf@1'), { recursive: true });
    expect(await stage.it.volumes()).to.deep.equal(['team/shelf@1']);
    expect(await stage.it.must('volume inspect -f {{.Driver}} team/shelf@1')).to.equal('faked');
    await stage.it.sh('-v team/shelf@1:/data', 'touch /data/x');
    await stage.it.must('volume rm team/shelf@1');
    expect([...plugin.options.keys()]).to.deep.equal([]);
  });

  it('are told of the end of uses that a killed daemon left', async () => {
    await stage.it.must('volume create -d faked vol');
    const [stays, goes] = [
      await stage.it.sleeper('-v vol:/a'),
      await stage.it.sleeper('-v vol:/a'),
    ];
    const pid = Number(await stage.it.must(`inspect -f {{.State.Pid}} ${goes}`));
    expect(plugin.mounted.get('vol')?.size).to.equal(2);
    await stage.it.daemon.stop('SIGKILL');
    process.kill(pid, 'SIGKILL');
    await stage.it.daemon.start();
    expect(plugin.mounted.get('vol')?.size).to.equal(1);
    await stage.it.must(`rm -f ${stays} ${goes}`);
    expect(plugin.mounted.get('vol')?.size).to.equal(0);
  });

  it('are found by files with their addresses', async () => {
    const specs = stage.it.path('specs/');
    const address = `unix://${stage.it.path('sockets/faked.sock')}`;
    writeFileSync(join(specs, 'plain.spec'), `${address}\n`);
    writeFileSync(join(specs, 'table.json'), JSON.stringify({ Name: 'table', Addr: address }));
    for (const name of ['plain', 'table']) {
      await stage.it.must(`volume create -d ${name} by-${name}`);
      expect((await stage.it.volume(`by-${name}`)).Driver).to.equal(name);
      await stage.it.must(`volume rm by-${name}`);
    }
  });

  it('that are gone don’t hide other volumes', async () => {
    await stage.it.must('volume create -d faked vol');
    await stage.it.must('volume create mine');
    await plugin[Symbol.asyncDispose]();
    expect((await stage.it.volumes()).sort()).to.deep.equal(['mine', 'vol']);
    await stage.it.daemon.stop('SIGKILL');
    await stage.it.daemon.start();
    expect(await stage.it.must('volume ls -q -f driver=local')).to.equal('mine');
    plugin = await FakePlugin.listen(stage.it.path('sockets'), 'faked', stage.it.path('kept'));
    plugin.options.set('vol', {});
  });
});
