import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { run } from '../world/command.js';
import { TestDaemon } from '../world/daemon.js';
import { eventually } from '../world/eventually.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';
import { Attempts, cliCommand, clientOn, daemonCommand } from './attempt.js';

const docker = ['/usr/local/bin/docker'];
const tsnet = cliCommand();

describe('where tsnetd listens', () => {
  let world: World;
  let folder: string;
  before(async function () {
    needsRoot.call(this);
    world = await World.create();
    folder = world.folder;
  });
  after(async () => {
    await world?.[Symbol.asyncDispose]();
  });

  const client = clientOn(() => world);

  it('warns of an open port, takes programs there and no web pages', async () => {
    await using daemon = await TestDaemon.start(world.host, [
      '-H',
      'tcp://127.0.0.1:2375',
      '--label',
      'a=b',
    ]);
    expect(daemon.log).to.contain('Binding to IP address without --tlsverify is insecure');
    const info = await daemon.api.must<{ Warnings: string[]; Labels: string[] }>('GET', '/info');
    expect(info.Warnings.join('\n')).to.contain(
      'API is accessible on http://127.0.0.1:2375 without encryption.',
    );
    expect(info.Labels).to.deep.equal(['a=b']);
    const env = { DOCKER_HOST: 'tcp://127.0.0.1:2375' };
    expect((await client(env, ...tsnet, 'ps')).code).to.equal(0);
    expect((await client({ DOCKER_HOST: 'tcp://localhost:2375' }, ...docker, 'ps')).code).to.equal(
      0,
    );
    const fetch = (...headers: string[]) =>
      client(
        {},
        'curl',
        '-s',
        '-o',
        '/dev/null',
        '-w',
        '%{http_code}',
        ...headers,
        'http://127.0.0.1:2375/_ping',
      );
    expect((await fetch()).stdout).to.equal('200');
    expect((await fetch('-H', 'Origin: http://evil.example')).stdout).to.equal('403');
    expect((await fetch('-H', 'Host: evil.example')).stdout).to.equal('403');
  });

  it('refuses to be open to others unless it is told so', async () => {
    const attempts = new Attempts(world.host);
    await using _ = attempts;
    const { code, stderr } = await attempts.run(['-H', 'tcp://0.0.0.0:2375']);
    expect([code, stderr.split('\n').length]).to.deep.equal([1, 2]);
    expect(stderr).to.match(/^refusing to listen on tcp:\/\/0\.0\.0\.0:2375 without --tlsverify/);
    await using daemon = await TestDaemon.start(world.host, [
      '-H',
      'tcp://0.0.0.0:2375',
      '--tlsverify=false',
    ]);
    expect(await world.outside.ask('tcp', '192.0.2.2', 2375).catch(() => 'closed')).to.not.equal(
      'refused',
    );
    expect(daemon.log).to.contain('API listen');
  });

  const refusals: [string, string[], RegExp][] = [
    [
      'a group that is not there',
      ['-G', 'no-such-group'],
      /group of the API socket to no-such-group: group not found/,
    ],
    [
      'certificates that are not there',
      ['--tlsverify'],
      /invalid TLS configuration: cannot read --tlscert \/etc\/tsnet\/cert\.pem/,
    ],
    ['sockets that nobody passed', ['-H', 'fd://'], /no sockets found via socket activation/],
  ];
  for (const [what, flags, message] of refusals) {
    it(`refuses ${what}, and leaves nothing`, async () => {
      const attempts = new Attempts(world.host);
      await using _ = attempts;
      const socket = ['-H', `unix://${join(attempts.folder, 's')}`];
      const { code, stderr, mounts } = await attempts.run([...socket, ...flags]);
      expect([code, mounts]).to.deep.equal([1, []]);
      expect(stderr).to.match(message);
    });
  }

  it('gives its socket to a group', async () => {
    await using daemon = await TestDaemon.start(world.host, ['-G', '4242']);
    const { mode, uid, gid } = statSync(daemon.socket);
    expect([mode & 0o777, uid, gid]).to.deep.equal([0o660, 0, 4242]);
    const as = (group: string) => [
      'setpriv',
      '--reuid',
      '1234',
      '--clear-groups',
      '--regid',
      group,
    ];
    chmodSync(daemon.folder, 0o711);
    const ping = ['curl', '-s', '--unix-socket', daemon.socket, 'http://docker/_ping'];
    expect((await client({}, ...as('4242'), ...ping)).stdout).to.equal('OK');
    expect((await client({}, ...as('4243'), ...ping)).stdout).to.equal('');
  });

  it('takes sockets of the service manager, and says when it is ready', async () => {
    const [unix, heard] = [join(folder, 'act.sock'), join(folder, 'heard')];
    const roots = ['--data-root', join(folder, 'act/data'), '--exec-root', join(folder, 'act/run')];
    writeFileSync(heard, '');
    const listener = `
import os,signal,socket,sys
n=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM); n.bind(sys.argv[2])
s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(9)
t=socket.socket(); t.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1); t.bind(("127.0.0.1",2999)); t.listen(9)
if os.fork()==0:
  os.closerange(0,3); signal.signal(signal.SIGTERM,signal.SIG_IGN)
  out=open(sys.argv[3],"a"); text=""
  while "STOPPING" not in text: text=n.recv(99).decode(); out.write(text); out.flush()
  os._exit(0)
for at,one in ((13,s),(14,t)): os.dup2(one.fileno(),at)
for at in (3,4): os.dup2(at+10,at,inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()),LISTEN_FDS="2",LISTEN_FDNAMES="api:web",NOTIFY_SOCKET=sys.argv[2])
os.execvp(sys.argv[4],sys.argv[4:])`;
    await using process = world.host.start([
      ...['python3', '-c', listener, unix, join(folder, 'notify.sock'), heard],
      ...[...daemonCommand(), ...roots, '-H', 'fd://'],
    ]);
    await process.waitFor(/has completed initialization/);
    expect(process.output).to.contain('fd=3').and.to.contain('fd=4').and.to.contain('insecure');
    for (const host of [`unix://${unix}`, 'tcp://127.0.0.1:2999']) {
      const { stdout } = await client(
        {},
        ...tsnet,
        '-H',
        host,
        'version',
        '--format',
        '{{.Server.Version}}',
      );
      expect(stdout, host).to.match(/^\d+\.\d+/);
    }
    await eventually(() => expect(readFileSync(heard, 'utf8')).to.equal('READY=1\n'));
    await process.stop('SIGTERM');
    await eventually(() => expect(readFileSync(heard, 'utf8')).to.equal('READY=1\nSTOPPING=1\n'));
    // The socket is the service manager's: it stays for the next start.
    expect(statSync(unix).isSocket()).to.equal(true);
    await run(['rm', '-rf', join(folder, 'act')]);
  });

  it('is reached by ssh: whatever runs over there leads the connection on', async () => {
    await using daemon = await TestDaemon.start(world.host);
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    // Plays ssh and the machine over there: the last word is the command.
    writeFileSync(
      join(bin, 'ssh'),
      `#!/bin/sh\nfor last; do :; done\necho "$*" >> ${folder}/ssh.log\nexec sh -c "$last"\n`,
    );
    writeFileSync(join(bin, 'tsnet'), `#!/bin/sh\nexec ${tsnet.join(' ')} "$@"\n`);
    for (const program of ['ssh', 'tsnet']) chmodSync(join(bin, program), 0o755);
    const env = {
      PATH: `${bin}:${process.env['PATH']}`,
      DOCKER_HOST: `ssh://me@far:2222${daemon.socket}`,
    };
    const { code, stdout, stderr } = await client(
      env,
      ...tsnet,
      'version',
      '--format',
      '{{.Server.Platform.Name}}',
    );
    expect([code, stdout, stderr]).to.deep.equal([0, 'tsnet\n', '']);
    const said = (await run(['cat', join(folder, 'ssh.log')])).stdout;
    expect(said).to.match(/^-o ConnectTimeout=30 -T -l me -p 2222 -- far sh -c /);
    writeFileSync(join(bin, 'ssh'), '#!/bin/sh\necho no route >&2\nexit 255\n');
    const failed = await client(env, ...tsnet, 'ps');
    expect(failed.code).to.equal(1);
    expect(failed.stderr)
      .to.contain('has exited with exit status 255')
      .and.to.contain('stderr=no route');
  });
});
