import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Attempts } from '../../daemon/attempt.js';
import { must } from '../../world/command.js';
import { TestDaemon } from '../../world/daemon.js';
import { eventually } from '../../world/eventually.js';
import { needsRoot } from '../../world/root.js';
import { World } from '../../world/world.js';
import { image } from './lab.js';

/** Two ranges for users: what is 1000 and more in containers is at another place than what is below. */
const accounts: Readonly<Record<string, string>> = {
  passwd: 'root:x:0:0:root:/root:/bin/sh\nmapped:x:4242:4242::/:/bin/false\n',
  group: 'root:x:0:\nmapped:x:4242:\n',
  subuid: 'someone:100000:65536\nmapped:300000:1000\n4242:500000:70000\n',
  subgid: 'mapped:600000:70000\n',
};
const root = { uid: 300_000, gid: 600_000 };
/** Who 1000:1000 of containers is. */
const user = { uid: 500_000, gid: 601_000 };

/** One daemon with `--userns-remap`. */
describe('mapped users', () => {
  let base: string;
  let world: World;
  let daemon: TestDaemon;
  const folder = () => join(base, 'data', '300000.600000');
  const flags = () => ['--userns-remap', 'mapped', '--data-root', join(base, 'data')];
  const run = (options: string, script: string) => {
    const words = options.split(' ').filter(Boolean);
    return daemon.mustRun(['run', '--rm', ...words, image, 'sh', '-c', script]);
  };
  const start = (name: string, options = '') => {
    const words = ['run', '-d', '--name', name, '--stop-signal', 'KILL'];
    const more = options.split(' ').filter(Boolean);
    return daemon.mustRun([...words, ...more, image, 'sleep', '1000']);
  };
  const inside = (name: string, script: string) =>
    daemon.mustRun(['exec', name, 'sh', '-c', script]);
  const refusal = async (line: string) => {
    const { code, stderr } = await daemon.run(line.split(' '));
    expect(code, line).to.not.equal(0);
    return stderr;
  };
  const inspect = <T>(name: string) => daemon.api.must<T>('GET', `/containers/${name}/json`);
  const pidOf = async (name: string) => (await inspect<{ State: { Pid: number } }>(name)).State.Pid;
  /** Where what a container has written lies. */
  const upperOf = async (name: string) =>
    (await inspect<{ GraphDriver: { Data: { UpperDir: string } } }>(name)).GraphDriver.Data
      .UpperDir;
  const pins = () =>
    ['netns', 'userns'].flatMap((kind) => readdirSync(join(daemon.folder, 'run', kind)));

  before(async function () {
    needsRoot.call(this);
    base = mkdtempSync(join(tmpdir(), 'rmp-'));
    chmodSync(base, 0o711);
    world = await World.create();
    for (const [name, text] of Object.entries(accounts)) {
      writeFileSync(join(base, name), text);
      await world.host.replaceFile(`/etc/${name}`, join(base, name));
    }
    daemon = await TestDaemon.start(world.host, flags());
    await run('', 'true');
    await start('one', '-v kept:/kept');
  });

  after(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
    if (base) rmSync(base, { recursive: true, force: true });
  });

  it('have a part of the data root of their own', async () => {
    for (const path of [join(base, 'data'), folder()]) {
      const { mode, uid, gid } = statSync(path);
      expect([mode & 0o777, uid, gid], path).to.deep.equal([0o710, 0, root.gid]);
    }
    const info = await daemon.mustRun(['info', '-f', '{{.DockerRootDir}} {{.SecurityOptions}}']);
    expect(info).to.match(new RegExp(`^${folder()} .*name=userns`));
  });

  it('are root inside and nobody of importance outside', async () => {
    expect(await inside('one', 'id -u; id -g')).to.equal('0\n0');
    const pid = await pidOf('one');
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    expect(status).to.match(/^Uid:\t300000\t300000\t300000\t300000$/m);
    expect(status).to.match(/^Gid:\t600000\t600000\t600000\t600000$/m);
    const map = (file: string) =>
      readFileSync(`/proc/${pid}/${file}`, 'utf8').split(/\s+/).join(' ');
    expect(map('uid_map')).to.equal(' 0 300000 1000 1000 500000 70000 ');
    expect(map('gid_map')).to.equal(' 0 600000 70000 ');
  });

  it('own what they make, and their home', async () => {
    await inside('one', 'touch /mine /kept/mine; chown 1000:1000 /kept/mine');
    expect(lstatSync(join(await upperOf('one'), 'mine'))).to.include(root);
    expect(lstatSync(join(folder(), 'volumes/kept/_data'))).to.include(root);
    expect(lstatSync(join(folder(), 'volumes/kept/_data/mine'))).to.include(user);
    const places =
      '/ /bin/busybox /kept /etc/hosts /etc/resolv.conf /etc/hostname /dev/shm /t /.dockerenv /etc/mtab';
    const owners = await run('-v kept:/kept --tmpfs /t --read-only', `stat -c %u:%g ${places}`);
    expect(owners.split('\n')).to.deep.equal(places.split(' ').map(() => '0:0'));
    expect(await run('--ipc shareable', 'stat -c %u:%g:%a /dev/shm /dev/mqueue')).to.equal(
      '0:0:1777\n0:0:1777',
    );
  });

  it('see folders of the host as they are', async () => {
    const shown = join(base, 'shown');
    mkdirSync(shown);
    writeFileSync(join(shown, 'theirs'), '');
    chownSync(join(shown, 'theirs'), user.uid, user.gid);
    expect(
      await run(`-v ${shown}:/shown`, 'stat -c %u:%g /shown /shown/theirs; touch /shown/x || true'),
    ).to.equal('65534:65534\n1000:1000');
    expect(statSync(shown)).to.include({ uid: 0, gid: 0 });
    expect(readdirSync(shown)).to.deep.equal(['theirs']);
  });

  it('keep their numbers in copies', async () => {
    const there = join(base, 'there');
    mkdirSync(there);
    writeFileSync(join(there, 'file'), 'text');
    chownSync(join(there, 'file'), 1000, 1000);
    await daemon.must(`cp ${there}/file one:/home/file`);
    expect(await inside('one', 'stat -c %u:%g /home/file')).to.equal('1000:1000');
    expect(lstatSync(join(await upperOf('one'), 'home/file'))).to.include(user);
    const header = await daemon.must('cp one:/home/file -');
    // A tar header has the numbers of user and group there, in octal.
    const numbers = [header.slice(108, 115), header.slice(116, 123)];
    expect(numbers.map((text) => Number.parseInt(text, 8))).to.deep.equal([1000, 1000]);
    chownSync(join(there, 'file'), 99_000, 0);
    expect(await refusal(`cp -a ${there}/file one:/home/other`)).to.contain(
      'Container ID 99000 cannot be mapped to a host ID',
    );
    expect(await inside('one', 'ls /home')).to.equal('file');
  });

  it('keep their numbers in images', async () => {
    await inside('one', 'mkdir -p /srv/a; touch /srv/a/b; chown 1000:1000 /srv/a/b');
    await daemon.must('commit one made');
    const [saved, exported] = [join(base, 'saved.tar'), join(base, 'exported.tar')];
    await daemon.must(`save -o ${saved} made`);
    await daemon.must(`export -o ${exported} one`);
    expect(await must(['tar', '-tvnf', exported, 'srv/a'])).to.match(
      /^drwxr-xr-x 0\/0 .* srv\/a\/\n-rw-r--r-- 1000\/1000 .* srv\/a\/b\n$/,
    );
    await daemon.must('rmi made');
    await daemon.must(`load -i ${saved}`);
    const look = ['run', '--rm', 'made', 'stat', '-c', '%u:%g', '/srv/a', '/srv/a/b', '/mine'];
    expect(await daemon.mustRun(look)).to.equal('0:0\n1000:1000\n0:0');
    await daemon.must('rmi made');
  });

  it('rule over their network', async () => {
    expect(
      await run('--sysctl net.ipv4.ip_forward=1', 'cat /proc/sys/net/ipv4/ip_forward'),
    ).to.equal('1');
    expect(await run('--cap-add NET_ADMIN', 'ip link set lo mtu 1400 && echo set')).to.equal('set');
    const { stderr } = await daemon.run(`run --rm ${image} ip link set lo mtu 1400`.split(' '));
    expect(stderr).to.contain('Operation not permitted');
    expect(await run('', 'cat /proc/sys/net/ipv4/ping_group_range')).to.equal('0\t69999');
    expect(await run('--network none', 'ip -o link | wc -l')).to.equal('1');
  });

  it('are reached through published ports, by names, and on networks that come and go', async () => {
    await daemon.must('network create side');
    await daemon.must('network create other');
    const httpd = 'echo hello > /tmp/index.html; httpd -f -p 80 -h /tmp';
    const serve = ['run', '-d', '--name', 'web', '--network', 'side', '-p', '8080:80'];
    await daemon.mustRun([...serve, image, 'sh', '-c', httpd]);
    const fetched = () => world.outside.must('busybox wget -qO- http://192.0.2.2:8080/');
    await eventually(async () => expect(await fetched()).to.equal('hello\n'));
    const ask = 'ping -c 1 -W 5 web > /dev/null && wget -qO- http://web/';
    expect(await run('--network side', ask)).to.equal('hello');
    await daemon.must('network connect other one');
    await daemon.must('network connect other web');
    expect(await inside('one', ask)).to.equal('hello');
    await daemon.must('network disconnect other one');
    expect(await inside('one', 'ls /sys/class/net')).to.equal('eth0\nlo');
    await daemon.must('rm -f web');
    await daemon.must('network rm side other');
  });

  it('share namespaces with those who have the same', async () => {
    await start('donor', '--ipc shareable');
    const users = await inside('donor', 'readlink /proc/self/ns/user');
    const joined = ['--network', '--pid', '--ipc'].map((kind) => `${kind} container:donor`);
    for (const options of [...joined, joined.join(' ')]) {
      expect(await run(options, 'readlink /proc/self/ns/user'), options).to.equal(users);
    }
    expect(await inside('one', 'readlink /proc/self/ns/user')).to.not.equal(users);
    expect(await refusal(`run --rm --pid container:one ${joined[0]} ${image} true`)).to.contain(
      'it has another user namespace',
    );
    await daemon.must('rm -f donor');
  });

  it('are not mapped where a container asks for it', async () => {
    await start('plain', '--userns host');
    const pid = await pidOf('plain');
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).to.match(/^Uid:\t0\t/m);
    expect(await inside('plain', 'stat -c %u:%g / /etc/hosts')).to.equal(
      '300000:600000\n300000:600000',
    );
    expect(await run('--userns host --network container:one', 'id -u')).to.equal('0');
    for (const options of ['--privileged', '--pid host', '--network host', '--ipc host']) {
      expect(await run(`--userns host ${options}`, 'id -u'), options).to.equal('0');
    }
    expect(await refusal(`run --rm --network container:plain ${image} true`)).to.contain(
      'it has another user namespace: start this one with --userns=host',
    );
    await daemon.must('rm -f plain');
  });

  const refused: [options: string, words: string][] = [
    ['--privileged', 'privileged mode is incompatible with user namespaces'],
    ['--pid host', 'cannot share the host PID namespace when user namespaces are enabled'],
    ['--ipc host', 'cannot share the host IPC namespace when user namespaces are enabled'],
    [
      '--network host',
      "cannot share the host's network namespace when user namespaces are enabled",
    ],
  ];
  for (const [options, words] of refused) {
    it(`are not for ${options}`, async () => {
      expect(await refusal(`run --rm ${options} ${image} true`)).to.contain(words);
    });
  }

  it('may share the name of the host', async () => {
    expect(await run('--uts host', 'hostname')).to.equal((await must(['hostname'])).trim());
  });

  for (const runtime of ['crun', 'runc']) {
    it(`write to their output by its name under ${runtime}`, async function () {
      const folders = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin'];
      if (!folders.some((path) => existsSync(join(path, runtime)))) this.skip();
      const script = 'id -u > /dev/stdout';
      expect(await run(`--runtime ${runtime}`, script)).to.equal('0');
      expect(await run(`--runtime ${runtime} --user 1000`, script)).to.equal('1000');
      // Of another runtime an exec's pipes are conmon's.
      const command = runtime === 'crun' ? script : 'id -u';
      await start('writer', `--runtime ${runtime} --user 1000`);
      expect(await inside('writer', command)).to.equal('1000');
      await daemon.must('rm -f writer');
      expect(await run(`--runtime ${runtime} -t --init`, 'echo $$')).to.match(/^[2-9]\r$/);
    });
  }

  it('have no power over what others use', async () => {
    const before = statSync('/dev/null');
    const { code } = await daemon.run(`run --rm ${image} chmod 600 /dev/null`.split(' '));
    expect(code).to.not.equal(0);
    expect(await inside('one', 'stat -c %a:%u /dev/null')).to.equal('666:65534');
    expect(statSync('/dev/null')).to.include({ mode: before.mode, uid: before.uid });
  });

  it('go on when the daemon is killed, and leave nothing behind', async () => {
    await start('two', '--network container:one');
    await daemon.stop('SIGKILL');
    await daemon.start();
    const users = await inside('one', 'readlink /proc/self/ns/user');
    expect(await inside('two', 'readlink /proc/self/ns/user')).to.equal(users);
    expect(await inside('one', 'id -u; touch /late; stat -c %u /late')).to.equal('0\n0');
    await daemon.must('network create late');
    await daemon.must('network connect late one');
    expect(await inside('two', 'ls /sys/class/net')).to.equal('eth0\neth1\nlo');
    await daemon.must('restart -t 0 one');
    expect(await inside('one', 'id -u')).to.equal('0');
    await daemon.must('rm -f one two');
    await daemon.must('network rm late');
    expect(pins()).to.deep.equal([]);
  });

  it('are swept up where a start was cut off', async () => {
    const runDir = join(daemon.folder, 'run');
    await daemon.stop('SIGKILL');
    const [users, network] = ['userns', 'netns'].map((kind) => join(runDir, kind, 'cutoff000000'));
    // As at the instant between both: one is pinned, the other not yet.
    for (const file of [users, network]) writeFileSync(file ?? '', '');
    const hold = ['unshare', '--user', 'sh', '-c', 'echo ready; exec sleep 1000'];
    const holder = world.host.start(hold);
    await holder.waitFor(/ready/);
    await world.host.must(`mount --bind /proc/${holder.pid}/ns/user ${users}`);
    await holder.stop('SIGKILL');
    await daemon.start();
    expect(pins()).to.deep.equal([]);
    const mounts = await world.host.must('cat /proc/self/mountinfo');
    expect(mounts).to.not.contain('cutoff000000');
  });

  it('are refused where nobody knows them, or where they could not pass', async () => {
    await using attempts = new Attempts(world.host);
    const unknown = await attempts.run(['--userns-remap', 'nobody-knows']);
    expect(unknown.code).to.equal(1);
    expect(unknown.stderr).to.contain('Error during uid lookup for "nobody-knows": no such user');
    // Its folder is for root alone.
    const shut = await attempts.run(['--userns-remap', 'mapped']);
    expect(shut.code).to.equal(1);
    expect(shut.stderr).to.contain('restricts access to the remapped root uid/gid');
    expect([...unknown.mounts, ...shut.mounts]).to.deep.equal([]);
  });

  it('have files with their numbers also by a driver that copies', async () => {
    await daemon[Symbol.asyncDispose]();
    const more = ['--storage-driver', 'vfs', '--data-root', join(base, 'copied')];
    daemon = await TestDaemon.start(world.host, ['--userns-remap', 'mapped', ...more]);
    await daemon.mustRun(['run', '--name', 'made', image, 'chown', '1000:1000', '/home']);
    await daemon.must('commit made next');
    const look = ['run', '--rm', 'next', 'stat', '-c', '%u:%g', '/', '/home', '/bin/busybox'];
    expect(await daemon.mustRun(look)).to.equal('0:0\n1000:1000\n0:0');
    expect(await daemon.must('diff made')).to.contain('C /home');
  });
});
