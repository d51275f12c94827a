import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Conflict, InvalidParameter } from '../../base/errors.js';
import { listen, parseListenAddress, showAddress } from './listen.js';

describe('parseListenAddress', () => {
  const good: [string, object][] = [
    ['unix:///run/x.sock', { type: 'unix', path: '/run/x.sock' }],
    ['tcp://127.0.0.1:80', { type: 'tcp', host: '127.0.0.1', port: 80 }],
    ['tcp://localhost', { type: 'tcp', host: 'localhost', port: 2375 }],
    ['tcp://[::1]:81', { type: 'tcp', host: '::1', port: 81 }],
    ['tcp://', { type: 'tcp', host: '127.0.0.1', port: 2375 }],
    ['tcp://:80', { type: 'tcp', host: '127.0.0.1', port: 80 }],
    ['10.0.0.1:80', { type: 'tcp', host: '10.0.0.1', port: 80 }],
    ['fd://', { type: 'fd', which: '*' }],
    ['fd://api', { type: 'fd', which: 'api' }],
  ];
  for (const [text, address] of good) {
    it(`reads ${text}`, () => expect(parseListenAddress(text)).to.deep.equal(address));
  }
  it('has another port with TLS', () =>
    expect(parseListenAddress('tcp://box', { tls: true })).to.include({ port: 2376 }));
  for (const [text, shown] of [
    ['tcp://[::1]:81', 'tcp://[::1]:81'],
    ['tcp://', 'tcp://127.0.0.1:2375'],
    ['fd://', 'fd://'],
    ['unix:///x', 'unix:///x'],
  ] as const) {
    it(`shows ${text}`, () => expect(showAddress(parseListenAddress(text))).to.equal(shown));
  }
  for (const text of [
    '',
    '/run/x.sock',
    'unix://',
    'unix://x',
    'fd://a/b',
    'npipe://x',
    'tcp://a:b',
    'tcp://::1:80',
    'tcp://a:65536',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      expect(() => parseListenAddress(text)).to.throw(InvalidParameter, text));
  }
});

describe('listen', () => {
  let folder: string;
  let servers: Server[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsnet-listen-'));
    servers = [];
  });
  afterEach(() => {
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function serve(path: string): Promise<Server> {
    const server = createServer((socket) => socket.end());
    servers.push(server);
    await listen(server, { type: 'unix', path });
    return server;
  }

  it('makes a socket for root alone, in a folder that it makes, and leaves the umask', async () => {
    const path = join(folder, 'deep', 'er', 'x.sock');
    const before = process.umask();
    await serve(path);
    expect(statSync(path).mode & 0o777).to.equal(0o660);
    expect(statSync(path).gid).to.equal(process.getgid?.());
    expect(statSync(path).isSocket()).to.equal(true);
    expect(process.umask()).to.equal(before);
    expect(statSync(join(folder, 'deep')).mode & 0o700).to.equal(0o700);
  });

  it('replaces the socket of a dead daemon', async () => {
    const path = join(folder, 'x.sock');
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script]);
    expect(existsSync(path)).to.equal(true);
    const server = await serve(path);
    expect(server.listening).to.equal(true);
  });

  it('leaves the socket of a living one', async () => {
    const path = join(folder, 'x.sock');
    const first = await serve(path);
    const error = await serve(path).catch((one: unknown) => one);
    expect(error).to.be.instanceOf(Conflict);
    expect(first.listening).to.equal(true);
    expect(existsSync(path)).to.equal(true);
  });

  it('leaves the umask also when it fails', async () => {
    const before = process.umask();
    const error = await serve(join(folder, 'x'.repeat(120))).catch((one: unknown) => one);
    expect(error).to.be.instanceOf(Error);
    expect(process.umask()).to.equal(before);
  });
});
