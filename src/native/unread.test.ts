import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type ListenOptions, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { eventually } from '../../netns-tests/world/eventually.js';
import { unreadBytes } from './unread.js';

describe('unreadBytes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsnet-unread-'));
  const open: Socket[] = [];
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy();
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Both ends of a connection, of which `client` reads nothing yet. */
  const pair = async (where: ListenOptions) => {
    const server = createServer().listen(where);
    await once(server, 'listening');
    const at = server.address();
    const client = typeof at === 'string' ? connect(at) : connect(at?.port ?? 0, '127.0.0.1');
    // Node reads ahead, but for who is paused.
    client.pause();
    const [socket]: Socket[] = await once(server, 'connection');
    server.close();
    if (!socket) throw new Error('no connection');
    open.push(client, socket);
    return { client, socket };
  };

  it('is what the peer of a unix socket has not read', async () => {
    const { client, socket } = await pair({ path: join(folder, 'sock') });
    expect(unreadBytes(socket)).to.equal(0);
    socket.write('hello');
    expect(unreadBytes(socket)).to.be.at.least(5);
    client.resume();
    await eventually(() => expect(unreadBytes(socket)).to.equal(0));
    socket.destroy();
    expect(unreadBytes(socket)).to.equal(0);
  });

  it('is nothing where nobody can know it', async () => {
    const { socket } = await pair({ port: 0, host: '127.0.0.1' });
    socket.write('hello');
    expect(unreadBytes(socket)).to.equal(0);
    expect(unreadBytes(new PassThrough())).to.equal(0);
  });
});
