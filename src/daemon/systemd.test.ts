import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { chosenSockets, inheritedSockets, isUnixSocket, notify } from './systemd.js';

describe('sockets of the service manager', () => {
  const passed: [string, Record<string, string>, object[]][] = [
    ['none', {}, []],
    ['for another process', { LISTEN_PID: '1', LISTEN_FDS: '1' }, []],
    [
      'two',
      { LISTEN_PID: '7', LISTEN_FDS: '2' },
      [
        { fd: 3, name: '' },
        { fd: 4, name: '' },
      ],
    ],
    [
      'named',
      { LISTEN_PID: '7', LISTEN_FDS: '1', LISTEN_FDNAMES: 'api' },
      [{ fd: 3, name: 'api' }],
    ],
    ['no number', { LISTEN_PID: '7', LISTEN_FDS: 'x' }, []],
    ['too many', { LISTEN_PID: '7', LISTEN_FDS: '9999' }, []],
  ];
  for (const [what, env, wanted] of passed) {
    it(`${what}`, () => expect(inheritedSockets(env, 7)).to.deep.equal(wanted));
  }

  const sockets = [
    { fd: 3, name: 'a' },
    { fd: 4, name: 'b' },
  ];
  for (const [which, fds] of [
    ['*', [3, 4]],
    ['b', [4]],
    ['3', [3]],
  ] as const) {
    it(`fd://${which} are ${fds}`, () =>
      expect(chosenSockets(sockets, which).map(({ fd }) => fd)).to.deep.equal(fds));
  }
  it('are missed', () => {
    expect(() => chosenSockets([], '*')).to.throw('no sockets found via socket activation');
    expect(() => chosenSockets(sockets, 'c')).to.throw(
      '"c" among those of socket activation: 3 (a), 4 (b)',
    );
  });

  it('are told apart: unix or TCP', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tsnet-fd-'));
    const servers = [createServer(), createServer()];
    try {
      await new Promise<void>((done) => servers[0]?.listen(join(folder, 's'), done));
      await new Promise<void>((done) => servers[1]?.listen(0, '127.0.0.1', done));
      const fds = servers.map((server) => Reflect.get(Reflect.get(server, '_handle'), 'fd'));
      expect(fds.map(isUnixSocket)).to.deep.equal([true, false]);
    } finally {
      for (const server of servers) server.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('notify', () => {
  const receive = (address: string) =>
    `import socket,sys
s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)
s.bind(${address}); s.settimeout(5); print("up",flush=True); print(s.recv(99).decode(),end="")`;

  it('does nothing without a service manager', () => notify({}, 'READY=1'));

  it('says so if the socket is not there', () =>
    expect(() => notify({ NOTIFY_SOCKET: '/nonexistent/sock' }, 'READY=1')).to.throw(
      'No such file',
    ));

  for (const kind of ['a file', 'an abstract one']) {
    it(`reaches ${kind}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tsnet-notify-'));
      const path = kind === 'a file' ? join(folder, 'n') : `@tsnet-${process.pid}-notify`;
      const address = JSON.stringify(path.replace('@', '\0'));
      if (spawnSync('python3', ['-c', '']).status !== 0) return;
      const { spawn } = await import('node:child_process');
      const child = spawn('python3', ['-c', receive(address.replace('\\u0000', '\\0'))]);
      let said = '';
      child.stdout.on('data', (data: Buffer) => {
        said += data.toString();
        if (said === 'up\n') notify({ NOTIFY_SOCKET: path }, 'READY=1');
      });
      await new Promise((done) => child.once('close', done));
      rmSync(folder, { recursive: true });
      expect(said).to.equal('up\nREADY=1\n');
    });
  }
});
