import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { eachDocker, image } from './each.js';

eachDocker('run', (docker) => {
  const run = (flags: string, command: string, ...words: string[]) =>
    docker().ok(`run --rm ${flags} ${image} ${command}`.replace(/ +/g, ' '), ...words);

  it('prints the output on its two streams and gives the exit code', async () => {
    const script = 'echo out; echo err >&2; exit 7';
    const result = await docker().run(['run', '--rm', image, 'sh', '-c', script]);
    expect(result).to.deep.equal({ code: 7, stdout: 'out\n', stderr: 'err\n' });
  });

  it('gives a terminal to a program without being one', async () => {
    expect(await run('-t', 'sh -c $1', 'tty; sleep 0.1; echo end')).to.equal('/dev/pts/0\r\nend\r');
  });

  it('sets -e -w -u --entrypoint --hostname -l', async () => {
    expect(await run('-e A=b -e C=d=e', 'sh -c $1', 'echo $A $C')).to.equal('b d=e');
    expect(await run('-w /tmp', 'pwd')).to.equal('/tmp');
    expect(await run('-w /new/folder', 'pwd')).to.equal('/new/folder');
    expect(await run('-u 12:34', 'id')).to.equal('uid=12 gid=34 groups=34');
    expect(await run('--entrypoint echo', 'hello')).to.equal('hello');
    expect(await run('--hostname web', 'hostname')).to.equal('web');
    const name = await docker().background('-l color=red --label size=big');
    const labels = await docker().field(name, '{{json .Config.Labels}}');
    expect(JSON.parse(labels)).to.deep.equal({ color: 'red', size: 'big' });
  });

  it('binds folders, writable and read-only, and makes missing ones', async () => {
    const folder = mkdtempSync(join(docker().world.folder, 'bind-'));
    writeFileSync(join(folder, 'in'), 'from the host\n');
    expect(await run(`-v ${folder}:/data`, 'sh -c $1', 'cat /data/in; echo x >/data/out')).to.equal(
      'from the host',
    );
    expect(readFileSync(join(folder, 'out'), 'utf8')).to.equal('x\n');
    const said = await docker().fails(`run --rm -v ${folder}:/data:ro ${image} touch /data/no`);
    expect(said).to.include('Read-only file system');
    expect(await run(`-v ${folder}/new:/data`, 'ls /data')).to.equal('');
    expect(
      await run(`--mount type=bind,source=${folder},target=/m,readonly`, 'cat /m/in'),
    ).to.equal('from the host');
  });

  it('feeds stdin with -i to its end', async () => {
    const { stdout } = await docker().run(['run', '--rm', '-i', image, 'sort'], 'b\na\n');
    expect(stdout).to.equal('a\nb\n');
    const megabyte = 'x'.repeat(1_000_000);
    const counted = await docker().run(['run', '--rm', '-i', image, 'wc', '-c'], megabyte);
    expect(counted.stdout.trim()).to.equal('1000000');
    const without = await docker().run(['run', '--rm', image, 'cat'], 'not read');
    expect(without).to.include({ code: 0, stdout: '' });
  });

  it('carries much output unharmed', async () => {
    const { stdout } = await docker().run(['run', '--rm', image, 'seq', '150000']);
    expect(stdout.length).to.equal(938_895);
    expect(stdout.endsWith('149999\n150000\n')).to.equal(true);
  });

  it('removes with --rm, keeps without, and knows names', async () => {
    const name = docker().name();
    await docker().ok(`run --rm --name ${name} ${image} true`);
    expect(await docker().ok(`ps -aq -f name=${name}`)).to.equal('');
    await docker().ok(`run --name ${name} ${image} true`);
    expect(await docker().ok(`ps -a -f name=${name} --format {{.Names}}`)).to.equal(name);
    const said = await docker().fails(`run --name ${name} ${image} true`);
    expect(said).to.include(
      `Conflict. The container name "/${name}" is already in use by container`,
    );
    await docker().ok(`rm ${name}`);
    await docker().ok(`run --name ${name} ${image} true`);
  });

  it('attaches with -a to what was asked for', async () => {
    const script = 'echo out; echo err >&2';
    const result = await docker().run(['run', '--rm', '-a', 'stderr', image, 'sh', '-c', script]);
    expect(result).to.deep.equal({ code: 0, stdout: '', stderr: 'err\n' });
  });

  it('writes the id with --cidfile, and prints it with -d', async () => {
    const file = join(docker().world.folder, docker().name('cid'));
    await docker().ok(`run --cidfile ${file} ${image} true`);
    expect(await docker().field(readFileSync(file, 'utf8'), '{{.State.ExitCode}}')).to.equal('0');
    expect(await docker().ok(`run -d ${image} true`)).to.match(/^[0-9a-f]{64}$/);
  });

  it('tells exit codes 125, 126 and 127 apart', async () => {
    const code = async (...args: string[]) => (await docker().run(['run', '--rm', ...args])).code;
    expect(await code('--network', 'nope', image, 'true')).to.equal(125);
    expect(await code('nope-image', 'true')).to.equal(125);
    expect(await code(image, '/etc')).to.equal(126);
    expect(await code(image, 'nope-program')).to.equal(127);
    expect(await code(image, 'sh', '-c', 'kill -9 0')).to.be.oneOf([0, 137]);
    expect(await docker().ok('ps -aq -f status=created')).to.equal('');
  });

  it('passes signals on to the program', async () => {
    const name = docker().name();
    using shell = docker().terminal(
      `run --name ${name} ${image} sh -c 'trap "echo got it; exit 9" INT; echo ready; while :; do sleep 0.05; done'`,
    );
    await shell.shows(/ready/);
    shell.type('\x03');
    await shell.shows(/got it/);
    expect(await docker().field(name, '{{.State.ExitCode}}')).to.equal('9');
  });
});
