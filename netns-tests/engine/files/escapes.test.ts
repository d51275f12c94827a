import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { useSetting } from '../../api/setting.js';
import { entriesOf, tarOf } from '../../api/tar.js';
import { mountsBelow } from '../../world/daemon.js';
import { eventually } from '../../world/eventually.js';

/** How often each copy is tried while the container swaps names. */
const tries = 60;

describe('copies of files', () => {
  const setting = useSetting();
  /** On the host, where no container may get. */
  let outside: string;
  before(() => {
    outside = mkdtempSync(join(tmpdir(), 'tsnet-outside-'));
    writeFileSync(join(outside, 'x'), 'SECRET');
  });
  after(() => rmSync(outside, { recursive: true, force: true }));

  const ask = (method: string, ref: string, path: string, body?: Buffer) =>
    new Promise<{ status: number; body: Buffer }>((resolve, reject) => {
      const target = `/v1.41/containers/${ref}/archive?path=${encodeURIComponent(path)}`;
      const { socket: socketPath } = setting.it;
      const call = request({ socketPath, method, path: target, agent: false }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts) }),
        );
      });
      call.on('error', reject);
      call.end(body);
    });
  const shell = async (ref: string, line: string): Promise<string> => {
    const body = { Cmd: ['sh', '-c', line], AttachStdout: true, Tty: true };
    const { Id } = await setting.it.ok<{ Id: string }>(`POST /containers/${ref}/exec`, { body });
    const { text } = await setting.it.send(`POST /exec/${Id}/start`, { body: { Tty: true } });
    return text.replaceAll('\r', '');
  };
  /** A container that does something again and again; `HOST` is a folder of the host. */
  const busyWith = async (before: string, again: string, host: object = {}) => {
    const line = `${before}; touch /ready; while :; do ${again}; done`.replaceAll('HOST', outside);
    const box = await setting.it.running({ Cmd: ['sh', '-c', line], HostConfig: host });
    while ((await ask('HEAD', box, '/ready')).status !== 200);
    return box;
  };

  const swaps: [what: string, before: string, again: string, path: string][] = [
    [
      'a folder swapped for an absolute link',
      'mkdir -p /w/d; echo in > /w/d/x',
      'mv /w/d /w/e; ln -s HOST /w/d; rm /w/d; mv /w/e /w/d',
      '/w/d',
    ],
    [
      'a folder swapped for a link that climbs',
      'mkdir -p /w/d; echo in > /w/d/x',
      'mv /w/d /w/e; ln -s ../../../../../../../../../../../../../../HOST /w/d; rm /w/d; mv /w/e /w/d',
      '/w/d',
    ],
    [
      'a folder on the way swapped for a link',
      'mkdir -p /w/a/d; echo in > /w/a/d/x',
      `mv /w/a /w/e; ln -s ${tmpdir()} /w/a; rm /w/a; mv /w/e /w/a`,
      '/w/a/d',
    ],
    [
      'a folder moved up while it is walked',
      'mkdir -p /w/a/b/d; echo in > /w/a/b/d/x; mkdir /u',
      'mv /w/a/b /u/b; mv /u/b /w/a/b',
      '/w/a/b/d',
    ],
  ];
  for (const [what, before, again, path] of swaps)
    it(`stay inside: ${what}`, async () => {
      const box = await busyWith(before, again);
      const body = await tarOf([
        { name: 'added', content: 'y' },
        { name: 'f/g', content: 'z' },
      ]);
      for (let i = 0; i < tries; i++) {
        const [folder, file] = await Promise.all([
          ask('GET', box, `${path}/`).catch(() => undefined),
          ask('GET', box, `${path}/x`).catch(() => undefined),
          ask('PUT', box, path, body),
        ]);
        for (const answer of [folder, file])
          expect(answer?.body.includes('SECRET'), `try ${i}`).not.to.equal(true);
      }
      expect(readdirSync(outside)).to.deep.equal(['x']);
      expect(existsSync(join(tmpdir(), 'added')) || existsSync(join(tmpdir(), 'd'))).to.equal(
        false,
      );
    });

  it('find what links mean inside the container, not outside', async () => {
    const box = await setting.it.running({});
    const links = ['/abs', '/climb', '/self', '/one', '/fd'];
    const lines = [
      `ln -s ${outside} /abs`,
      `ln -s ../../../../../../../..${outside} /climb`,
      `ln -s /proc/self/root${outside} /self`,
      `ln -s /proc/1/root${outside} /one`,
      'ln -s /proc/self/fd /fd',
    ];
    await shell(box, lines.join('; '));
    for (const path of links) {
      expect((await ask('GET', box, `${path}/`)).status, path).to.equal(404);
      expect((await ask('GET', box, `${path}/x`)).status, path).to.equal(404);
      const body = await tarOf([{ name: 'y', content: 'y' }]);
      expect((await ask('PUT', box, path, body)).status, path).to.equal(404);
    }
    await shell(box, `mkdir -p ${outside}; echo mine > ${outside}/x`);
    for (const path of ['/abs/x', '/climb/x'])
      expect(await entriesOf((await ask('GET', box, path)).body)).to.deep.equal({ x: 'mine\n' });
    expect(readdirSync(outside)).to.deep.equal(['x']);
  });

  it('write through links of the archive itself inside the container only', async () => {
    const box = await setting.it.running({});
    await shell(box, `mkdir -p ${outside}`);
    const body = await tarOf([
      { name: 'l', type: 'symlink', linkname: outside },
      { name: 'l/through', content: 'y' },
      { name: 'up', type: 'symlink', linkname: `../../../../../../../..${outside}` },
      { name: 'up/through2', content: 'y' },
    ]);
    expect((await ask('PUT', box, '/tmp', body)).status).to.equal(200);
    expect(readdirSync(outside)).to.deep.equal(['x']);
    expect((await shell(box, `ls ${outside}`)).split(/\s+/)).to.include.members([
      'through',
      'through2',
    ]);
    const links = [
      [{ name: 'h', type: 'link' as const, linkname: `../../../..${outside}/x` }],
      [{ name: 'h', type: 'link' as const, linkname: '/etc/shadow' }],
    ];
    for (const drafts of links)
      expect((await ask('PUT', box, '/tmp', await tarOf(drafts))).status).to.equal(500);
  });

  it('open neither devices nor fifos', async () => {
    const box = await setting.it.running({});
    await shell(box, 'mkdir /s; mkfifo /s/p; mknod /s/c c 1 3; mknod /s/b b 7 0');
    const entries = await entriesOf((await ask('GET', box, '/s')).body);
    expect(entries).to.deep.equal({
      's/': 'dir',
      's/p': 'fifo',
      's/c': 'character-device',
      's/b': 'block-device',
    });
    // Over a fifo comes a file: it is replaced, nobody waits for a reader.
    expect(
      (await ask('PUT', box, '/s', await tarOf([{ name: 'p', content: 'y' }]))).status,
    ).to.equal(200);
    expect(await shell(box, 'cat /s/p')).to.equal('y');
  });

  it('see memory file systems of a running container, and not what the kernel shows', async () => {
    const box = await setting.it.running({ HostConfig: { Tmpfs: { '/mem': '' } } });
    await shell(box, 'echo m > /mem/f');
    expect(await entriesOf((await ask('GET', box, '/mem')).body)).to.deep.equal({
      'mem/': 'dir',
      'mem/f': 'm\n',
    });
    expect(
      (await ask('PUT', box, '/mem', await tarOf([{ name: 'g', content: 'y' }]))).status,
    ).to.equal(200);
    expect(await shell(box, 'cat /mem/g')).to.equal('y');
    for (const path of ['/proc/1/environ', '/proc/self', '/sys/kernel', '/dev/null'])
      expect((await ask('GET', box, path)).status, path).to.equal(404);
  });

  it('see volumes and parts of them, also of a container that does not run', async () => {
    await setting.it.ok('POST /volumes/create', { body: { Name: 'stock' } });
    const filler = await setting.it.running({ HostConfig: { Binds: ['stock:/v'] } });
    await shell(filler, 'mkdir /v/part; echo p > /v/part/f; ln -s / /v/root; echo all > /v/all');
    const mount = {
      Type: 'volume',
      Source: 'stock',
      Target: '/p',
      VolumeOptions: { Subpath: 'part' },
    };
    const host = { Binds: ['stock:/v:ro'], Mounts: [mount] };
    const body = { Image: 'busybox:test', Cmd: ['sleep', '1000'], HostConfig: host };
    await setting.it.ok('POST /v1.48/containers/create?name=parts', { body });
    const look = async () => {
      expect(await entriesOf((await ask('GET', 'parts', '/p')).body)).to.deep.equal({
        'p/': 'dir',
        'p/f': 'p\n',
      });
      expect(await entriesOf((await ask('GET', 'parts', '/v/root/v/all')).body)).to.deep.equal({
        all: 'all\n',
      });
      const given = await tarOf([{ name: 'g', content: 'y' }]);
      expect((await ask('PUT', 'parts', '/v', given)).status).to.equal(400);
      expect((await ask('PUT', 'parts', '/p', given)).status).to.equal(200);
      expect(await shell(filler, 'cat /v/part/g; rm /v/part/g')).to.equal('y');
      // Under a writable folder, what is read-only stays so.
      const below = await tarOf([{ name: 'v/h', content: 'y' }]);
      expect((await ask('PUT', 'parts', '/', below)).body.toString()).to.include('read-only');
    };
    await look();
    await setting.it.ok('POST /containers/parts/start');
    await look();
    await setting.it.ok('DELETE /containers/parts?force=1');
    await setting.it.ok(`DELETE /containers/${filler}?force=1`);
    await setting.it.ok('DELETE /volumes/stock');
  });

  it('keep names of any bytes, hard links, capabilities, times and sparse sizes', async () => {
    const box = await setting.it.running({});
    await shell(
      box,
      "mkdir /k; cd /k; printf x > $(printf 'a\\377b'); echo one > one; ln one two; touch -d '1960-01-02 03:04:05' old; truncate -s 5M holes",
    );
    const other = await setting.it.running({});
    const { body } = await ask('GET', box, '/k');
    expect((await ask('PUT', other, '/', body)).status).to.equal(200);
    const look =
      'cd /k; ls -1 | od -c | head -3; stat -c "%h %i" one two | uniq | wc -l; stat -c %Y old; stat -c %s holes';
    expect(await shell(other, look)).to.equal(await shell(box, look));
  });

  it('leave nothing mounted of a container that does not run', async () => {
    const box = await setting.it.container();
    const mounted = () => mountsBelow(dirname(setting.it.socket)).length;
    const before = mounted();
    await ask('GET', box, '/bin');
    await ask('PUT', box, '/tmp', await tarOf([{ name: 'x' }]));
    await ask('HEAD', box, '/tmp/x');
    await eventually(() => expect(mounted()).to.equal(before));
  });
});
