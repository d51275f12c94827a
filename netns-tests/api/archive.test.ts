import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isDocker, useSetting } from './setting.js';
import { entriesOf, tarOf } from './tar.js';

/** An answer with its bytes. */
interface Raw {
  readonly status: number;
  readonly stat: Record<string, unknown> | undefined;
  readonly body: Buffer;
}

/** dockerd 20.10 answers 500 where later ones know that the client is wrong. */
const wrong = isDocker ? 500 : 400;

describe('files of containers', () => {
  const setting = useSetting();
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsnet-archive-'));
    writeFileSync(join(folder, 'in'), 'bound');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const ask = (method: string, ref: string, path: string, more = '', body?: Buffer) =>
    new Promise<Raw>((resolve, reject) => {
      const target = `/v1.41/containers/${ref}/archive?path=${encodeURIComponent(path)}${more}`;
      const { socket: socketPath } = setting.it;
      const call = request({ socketPath, method, path: target, agent: false }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          const header = String(answer.headers['x-docker-container-path-stat'] ?? '');
          const text = Buffer.from(header, 'base64').toString();
          const stat = text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>);
          resolve({ status: answer.statusCode ?? 0, stat, body: Buffer.concat(parts) });
        });
      });
      call.on('error', reject);
      call.end(body);
    });
  const put = async (ref: string, path: string, body: Buffer, more = '') => {
    const { status, body: text } = await ask('PUT', ref, path, more, body);
    const message = text.length === 0 ? '' : (JSON.parse(text.toString()) as Message).message;
    return { status, message };
  };
  interface Message {
    readonly message: string;
  }
  const shell = async (ref: string, line: string): Promise<string> => {
    const body = { Cmd: ['sh', '-c', line], AttachStdout: true, Tty: true };
    const { Id } = await setting.it.ok<{ Id: string }>(`POST /containers/${ref}/exec`, { body });
    const { text } = await setting.it.send(`POST /exec/${Id}/start`, { body: { Tty: true } });
    return text.replaceAll('\r', '');
  };
  const prepare =
    'mkdir -p /d/sub; echo hi > /d/a; ln -s a /d/l; ln -s /d /dl; ln -s dl /dll; ln -s /nowhere /bad; ' +
    'ln -s ../../../../etc/passwd /out; mkfifo /d/p; ln /d/a /d/h; chmod 4755 /d/a; ln -s /data /dd; ln -s loop /loop';
  const running = async (host: object = {}) => {
    const name = await setting.it.running({ HostConfig: host });
    await shell(name, prepare);
    return name;
  };

  it('are told of by HEAD, a link with where it leads', async () => {
    const box = await running({ Binds: [`${folder}:/data`] });
    const table: [path: string, name: string, mode: number, target: string][] = [
      ['/d', 'd', 2147484141, ''],
      ['/d/', 'd', 2147484141, ''],
      ['/d/.', '.', 2147484141, ''],
      ['/', '/', 2147484141, ''],
      ['d/a', 'a', 8389101, ''],
      ['../d/a', 'a', 8389101, ''],
      ['/dl', 'dl', 134218239, '/d'],
      ['/dl/', 'dl', 2147484141, ''],
      ['/dll', 'dll', 134218239, '/d'],
      ['/d/l', 'l', 134218239, '/d/a'],
      ['/bad', 'bad', 134218239, '/nowhere'],
      ['/out', 'out', 134218239, '/etc/passwd'],
      ['/dd', 'dd', 134218239, '/data'],
      ['/data/in', 'in', 420, ''],
      ['/d/p', 'p', 33554852, ''],
    ];
    for (const [path, name, mode, linkTarget] of table) {
      const { status, stat } = await ask('HEAD', box, path);
      expect(status, path).to.equal(200);
      expect(stat, path).to.deep.include({ name, mode, linkTarget });
    }
    const { stat } = await ask('HEAD', box, '/d/a');
    expect(stat?.['size']).to.equal(3);
    expect(String(stat?.['mtime'])).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/);
  });

  it('come as a tar that begins with the name that was asked for', async () => {
    const box = await running({ Binds: [`${folder}:/data`] });
    const below = (top: string) => ({
      [`${top}/`]: 'dir',
      [`${top}/a`]: 'hi\n',
      [`${top}/h`]: `= ${top}/a`,
      [`${top}/l`]: '-> a',
      [`${top}/p`]: 'fifo',
      [`${top}/sub/`]: 'dir',
    });
    const table: [path: string, entries: Record<string, string>][] = [
      ['/d', below('d')],
      ['/d/.', below('.')],
      ['/dl/', below('dl')],
      ['/dl/.', below('.')],
      ['/dl', { dl: '-> /d' }],
      ['/dl/a', { a: 'hi\n' }],
      ['/out', { out: '-> ../../../../etc/passwd' }],
      ['/data', { 'data/': 'dir', 'data/in': 'bound' }],
      ['/dd/', { 'dd/': 'dir', 'dd/in': 'bound' }],
    ];
    for (const [path, entries] of table) {
      const { status, body } = await ask('GET', box, path);
      expect(status, path).to.equal(200);
      expect(await entriesOf(body), path).to.deep.equal(entries);
    }
    const root = await entriesOf((await ask('GET', box, '/')).body);
    expect(root).to.include({ '/': 'dir', '/d/a': 'hi\n', '/bin/': 'dir' });
  });

  it("are refused in Docker's words", async () => {
    const box = await running();
    const { it: api } = setting;
    const at = (path: string) => `/containers/${box}/archive?path=${encodeURIComponent(path)}`;
    const missing = (path: string) => `Could not find the file ${path} in container ${box}`;
    for (const path of ['/nope', '/d/nope/x', '/bad/', '/proc/1'])
      await api.refused(`GET ${at(path)}`, 404, missing(path));
    for (const path of ['/d/a/', '/d/a/x'])
      await api.refused(`GET ${at(path)}`, 500, 'not a directory');
    await api.refused(`GET ${at('/loop/x')}`, 500, 'too many links');
    await api.refused(`GET ${at('')}`, 400, 'bad parameter: pathcannot be empty');
    await api.refused('GET /containers/nobody/archive?path=/', 404, 'No such container: nobody');
    expect((await ask('HEAD', box, '/nope')).status).to.equal(404);
  });

  it('go in, packed in whatever way, with links followed and owners kept', async () => {
    const box = await running({ Binds: [`${folder}:/data`] });
    const tar = await tarOf([
      { name: 't/', type: 'directory', mode: 0o750, uid: 7, gid: 8 },
      { name: 't/f', content: 'new', mode: 0o640, uid: 7, gid: 8 },
      { name: 't/abs', type: 'symlink', linkname: '/etc' },
      { name: 't/h', type: 'link', linkname: 't/f', mode: 0o640, uid: 7, gid: 8 },
      { name: 'deep/er/x', content: 'y' },
    ]);
    const packed = ['gzip', 'xz', 'bzip2'].map((tool) =>
      execFileSync(tool, ['-c'], { input: tar }),
    );
    for (const body of [tar, ...packed])
      expect(await put(box, '/tmp', body)).to.deep.equal({ status: 200, message: '' });
    expect(
      await shell(
        box,
        'cd /tmp; ls -ln t | cut -c1-10; stat -c "%a %u %g" t t/f deep; cat t/h deep/er/x; readlink t/abs',
      ),
    ).to.match(/750 7 8\s+640 7 8\s+755 0 0\s+newy\/etc/);
    for (const path of ['/dl', '/dd', '/data'])
      expect((await put(box, path, tar)).status).to.equal(200);
    expect(await shell(box, 'cat /d/t/f /data/t/f')).to.equal('newnew');
    const through = await tarOf([
      { name: 'sub/../l', content: 'z' },
      { name: '../../e', content: 'e' },
    ]);
    expect((await put(box, '/', await tarOf([{ name: '../../e', content: 'e' }]))).status).to.equal(
      200,
    );
    expect(await shell(box, 'cat /e')).to.equal('e');
    expect((await put(box, '/tmp', through)).message).to.include('"../../e" is outside of "/tmp"');
    expect((await put(box, '/tmp', Buffer.alloc(0))).status).to.equal(200);
  });

  it("belong to the container's user if that is asked for", async function () {
    // dockerd 20.10 looks for the user on the host.
    if (isDocker) this.skip();
    const name = await setting.it.container({ User: '12:34' });
    const tar = await tarOf([{ name: 'mine', content: 'x', uid: 7, gid: 8 }]);
    expect((await put(name, '/tmp', tar, '&copyUIDGID=true')).status).to.equal(200);
    await setting.it.ok(`POST /containers/${name}/start`);
    expect((await shell(name, 'stat -c "%u %g" /tmp/mine')).trim()).to.equal('12 34');
  });

  it("don't replace folders by files or the other way round, unless they may", async () => {
    const box = await running();
    const file = await tarOf([{ name: 'd', content: 'x' }]);
    const directory = await tarOf([
      { name: 'a/', type: 'directory' },
      { name: 'a/b', content: 'z' },
    ]);
    const careful = '&noOverwriteDirNonDir=1';
    expect(await put(box, '/', file, careful)).to.have.property('status', 500);
    // Also to a client that is still sending.
    const large = await tarOf([{ name: 'd', content: 'y'.repeat(4 << 20) }]);
    const status = await new Promise((resolve, reject) => {
      const path = `/v1.41/containers/${box}/archive?path=/${careful}`;
      const call = request({ socketPath: setting.it.socket, method: 'PUT', path, agent: false });
      call.on('response', (answer) => resolve(answer.resume().statusCode));
      call.on('error', reject);
      call.write(large.subarray(0, 1 << 20));
      setTimeout(() => call.end(large.subarray(1 << 20)), 200);
    });
    expect(status).to.equal(500);
    expect((await put(box, '/', file, careful)).message).to.include(
      'cannot overwrite directory "/d" with non-directory "/"',
    );
    expect((await put(box, '/d', directory, careful)).message).to.include(
      'cannot overwrite non-directory "/d/a" with directory "/d"',
    );
    expect((await put(box, '/d', directory)).status).to.equal(200);
    expect(await shell(box, 'cat /d/a/b')).to.equal('z');
  });

  it('stay out of what is read-only', async () => {
    const box = await setting.it.container({
      HostConfig: { ReadonlyRootfs: true, Binds: [`${folder}:/data`, `${folder}:/ro:ro`] },
    });
    const tar = await tarOf([{ name: 'x', content: 'y' }]);
    expect(await put(box, '/tmp', tar)).to.deep.equal({
      status: wrong,
      message: 'container rootfs is marked read-only',
    });
    expect(await put(box, '/ro', tar)).to.deep.equal({
      status: wrong,
      message: 'mounted volume is marked read-only',
    });
    expect((await put(box, '/data', tar)).status).to.equal(200);
    expect(await put(box, '/bin/busybox', tar)).to.deep.equal({
      status: wrong,
      message: 'extraction point is not a directory',
    });
    expect((await put(box, '/nope', tar)).message).to.equal(
      `Could not find the file /nope in container ${box}`,
    );
  });

  it('are there before the first start and after the end, and change what diff tells', async () => {
    const box = await setting.it.container({ Cmd: ['cat', '/tmp/given'] });
    expect(
      (await put(box, '/tmp', await tarOf([{ name: 'given', content: 'hello' }]))).status,
    ).to.equal(200);
    await setting.it.ok(`POST /containers/${box}/start`);
    await setting.it.ok(`POST /containers/${box}/wait`);
    expect(await entriesOf((await ask('GET', box, '/tmp/given')).body)).to.deep.equal({
      given: 'hello',
    });
    const changes = await setting.it.ok<{ Path: string; Kind: number }[]>(
      `GET /containers/${box}/changes`,
    );
    expect(changes).to.deep.include({ Path: '/tmp', Kind: 0 });
    expect(changes).to.deep.include({ Path: '/tmp/given', Kind: 1 });
    expect(changes.map(({ Path }) => Path)).not.to.include.members(['/etc/hosts']);
    expect(changes).to.have.length(2);
  });

  it('have what every container of Docker has, which is no change and no part of an image', async () => {
    const box = await setting.it.container({ Cmd: ['readlink', '/etc/mtab'] });
    expect((await ask('GET', box, '/.dockerenv')).status).to.equal(200);
    await setting.it.ok(`POST /containers/${box}/start`);
    await setting.it.ok(`POST /containers/${box}/wait`);
    await setting.it.says(box, '/proc/mounts\n');
    const { text } = await setting.it.send(`GET /containers/${box}/changes`);
    expect(text.trim()).to.equal('null');
    const { SizeRw } = await setting.it.ok<{ SizeRw?: number }>(
      `GET /containers/${box}/json?size=1`,
    );
    expect(SizeRw ?? 0).to.equal(0);
  });

  it("make an image, with settings over the container's", async () => {
    const box = await running({});
    await setting.it.refused('POST /commit?container=nobody', 404, 'No such container: nobody');
    await setting.it.refused(
      `POST /commit?container=${box}&changes=RUN%20x`,
      400,
      'run is not a valid change command',
    );
    const change = (line: string) => `&changes=${encodeURIComponent(line)}`;
    const changes = ['CMD ["a"]', 'ENV X=$PATH', 'HEALTHCHECK --interval=5s CMD true']
      .map(change)
      .join('');
    const query = `container=${box}&repo=made&tag=v1&author=me&comment=why${changes}`;
    const { Id } = await setting.it.ok<{ Id: string }>(`POST /commit?${query}`);
    interface Inspected {
      readonly Parent: string;
      readonly Author: string;
      readonly Comment: string;
      readonly RepoTags: string[];
      readonly Config: Record<string, unknown>;
      readonly RootFS: { readonly Layers: string[] };
    }
    const made = await setting.it.ok<Inspected>('GET /images/made:v1/json');
    const base = await setting.it.ok<Inspected & { Id: string }>('GET /images/busybox:test/json');
    expect(made).to.deep.include({
      Id,
      Parent: base.Id,
      Author: 'me',
      Comment: 'why',
      RepoTags: ['made:v1'],
    });
    expect(made.Config).to.deep.include({
      Cmd: ['a'],
      Env: ['PATH=/bin', 'X=/bin'],
      Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 5_000_000_000 },
    });
    expect(made.RootFS.Layers).to.have.length(2);
    const history = await setting.it.ok<Record<string, unknown>[]>('GET /images/made:v1/history');
    expect(history[0]).to.deep.include({
      Id,
      Tags: ['made:v1'],
      CreatedBy: 'sleep 1000',
      Comment: 'why',
    });
    expect(history[1]).to.deep.include({ Id: base.Id, Tags: ['busybox:test'] });
    // What the container had written is there, and nothing that its start has left.
    const next = await setting.it.container({ Image: 'made:v1', Cmd: ['true'] });
    expect(await entriesOf((await ask('GET', next, '/d/a')).body)).to.deep.equal({ a: 'hi\n' });
    await setting.it.refused(
      'DELETE /images/busybox:test?noprune=1',
      409,
      'conflict: unable to remove repository reference',
    );
  });

  it('make an image with a body of settings, and none of what is only null', async () => {
    const box = await setting.it.container({ Labels: { own: '1' } });
    const body = { Cmd: ['z'], Labels: { q: 'r' }, Env: ['A=c'], ExposedPorts: { '80/tcp': {} } };
    const { Id } = await setting.it.ok<{ Id: string }>(`POST /commit?container=${box}`, { body });
    const { Config } = await setting.it.ok<{ Config: Record<string, unknown> }>(
      `GET /images/${Id}/json`,
    );
    expect(Config).to.deep.include({
      Cmd: ['z'],
      Env: ['A=c', 'PATH=/bin'],
      ExposedPorts: { '80/tcp': {} },
      Labels: { own: '1', q: 'r' },
    });
    const nothing = { body: 'null', headers: { 'Content-Type': 'application/json' } };
    const again = await setting.it.ok<{ Id: string }>(`POST /commit?container=${box}`, nothing);
    const plain = await setting.it.ok<{ Config: Record<string, unknown> }>(
      `GET /images/${again.Id}/json`,
    );
    expect(plain.Config).to.deep.include({ Cmd: ['sleep', '1000'], Labels: { own: '1' } });
  });

  it('tell of themselves by events', async () => {
    const box = await setting.it.container();
    await ask('GET', box, '/bin/sh');
    await put(box, '/tmp', await tarOf([{ name: 'x' }]));
    await setting.it.ok(`POST /commit?container=${box}&repo=told&comment=c`);
    const events = await setting.it.events({ container: [box] });
    expect(
      events.map(({ Action }) => Action).filter((action) => action !== 'create'),
    ).to.deep.equal(['archive-path', 'extract-to-dir', 'commit']);
    expect(events.at(-1)?.Actor.Attributes).to.deep.include({
      comment: 'c',
      imageRef: isDocker ? 'told' : 'told:latest',
    });
  });
});
