import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { useLab } from '../endpoints/lab.js';

describe('security: control channels, and what users may name', () => {
  const lab = useLab();

  /** Names in the abstract namespace of the host, which containers on the host's network share. */
  async function abstractSockets(): Promise<string[]> {
    const table = await lab.it.world.host.must('cat /proc/net/unix');
    return [...table.matchAll(/ @([^@\n]+)@*$/gm)].map(([, name = '']) => name);
  }

  /** What an abstract socket says to somebody who connects and talks. */
  async function said(name: string): Promise<string> {
    const program = `
      const socket = require('net').connect('\\0${name}', () => socket.write('GET /info HTTP/1.1\\r\\n\\r\\n'));
      let text = '';
      socket.on('data', (bytes) => { text += bytes; });
      socket.on('error', () => {});
      socket.on('close', () => console.log('said:' + text));`;
    const { stdout } = await lab.it.world.host.run([process.execPath, '-e', program]);
    return stdout;
  }

  it('no abstract socket is a way to the daemon or what it starts (CVE-2020-15257)', async () => {
    await lab.it.start('hosty', '--network host');
    await lab.it.start('plain');
    expect(await abstractSockets()).to.deep.equal([]);
    // One that talks is seen.
    const listen = `require('net').createServer((s) => s.end('hello')).listen('\\0control', () => console.log('ready'))`;
    const one = lab.it.world.host.start([process.execPath, '-e', listen]);
    await one.waitFor(/ready/);
    expect(await abstractSockets()).to.include('control');
    expect(await said('control')).to.equal('said:hello\n');
    await one.stop('SIGKILL');
  });

  it('every socket of the daemon is root’s alone', async () => {
    await lab.it.start('talker');
    const sockets = filesBelow(lab.it.daemon.folder).filter((path) => statSync(path).isSocket());
    expect(sockets).to.include(lab.it.daemon.socket);
    for (const path of sockets) {
      const isShut = lacksWay(path, lab.it.daemon.folder);
      expect(isShut, `${path} can be reached by others than root`).to.equal(true);
    }
    // A socket that anybody may write to, in a folder that anybody may enter, is seen.
    const open = join(lab.it.world.folder, 'open');
    const server = createServer().listen({ path: open, readableAll: true, writableAll: true });
    await new Promise((resolve) => server.once('listening', resolve));
    expect((statSync(open).mode & 0o002) === 0).to.equal(false);
    server.close();
  });

  it('names never become paths (CVE-2021-20206)', async () => {
    const { api, folder } = lab.it.daemon;
    const before = filesBelow(folder).length;
    for (const name of ['../../../tmp/tsnet-evil', '/tmp/tsnet-evil', '..', 'a/b', 'a\u0000b']) {
      const answers = await Promise.all([
        api.ask('POST', '/networks/create', { Name: 'fine', Driver: name }),
        api.ask('POST', '/networks/create', {
          Name: 'fine',
          IPAM: { Driver: name, Config: [] },
        }),
        api.ask('POST', `/containers/create?name=${encodeURIComponent(name)}`, {
          Image: 'tsnet/busybox',
        }),
        api.ask('POST', '/networks/create', {
          Name: 'fine',
          Options: { 'com.docker.network.bridge.name': name },
        }),
      ]);
      for (const { status, body } of answers) {
        expect([400, 404], JSON.stringify([name, body])).to.include(status);
      }
    }
    expect(filesBelow(folder).length).to.equal(before);
  });

  it('nothing that a user writes is put before a shell on the host', () => {
    const shell =
      /\bexecSync\(|\bexec\(\s*['"`]|shell: true|['"](\/bin\/)?(ba|da)?sh['"],\s*['"]-c/;
    expect("spawn('sh', ['-c', text])".replace('[', '')).to.match(shell);
    const programs = filesBelow('src')
      .filter((path) => path.endsWith('.ts') && !/\.test\.ts$|\/fake[^/]*\.ts$/.test(path))
      .filter((path) => shell.test(code(path)));
    expect(programs).to.deep.equal([
      // Before an image's own words, which a container's own shell will read.
      'src/engine/default-shell.ts',
      // The same words always, with nothing put in.
      'src/engine/isolation/pipe-keeper.ts',
    ]);
    const keeper = code('src/engine/isolation/pipe-keeper.ts');
    expect(keeper.match(/['"]-c['"], \w+\]/g)).to.deep.equal(["'-c', script]"]);
    expect(keeper).to.match(/const script =\s*'[^'\n]*';/);
  });
});

/** A file's text without comments. */
function code(path: string): string {
  return readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
}

/** Whether somebody else than root is stopped: by the socket's mode, or by that of a folder above it. */
function lacksWay(path: string, top: string): boolean {
  if ((statSync(path).mode & 0o002) === 0) return true;
  for (let folder = join(path, '..'); folder.startsWith(top); folder = join(folder, '..')) {
    if ((statSync(folder).mode & 0o001) === 0) return true;
  }
  return false;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const isOther = /overlay2|netns|containers/.test(entry.name);
    if (entry.isDirectory()) return isOther && !path.startsWith('src') ? [] : filesBelow(path);
    return [path];
  });
}
