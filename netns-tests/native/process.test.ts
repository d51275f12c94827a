import { mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Children } from '../../src/native/children.js';
import { Fd, pipe } from '../../src/native/fd.js';
import { mount, setPropagation } from '../../src/native/mount.js';
import { isMountPoint } from '../../src/native/mountinfo.js';
import { Namespaces } from '../../src/native/netns.js';
import { openProcess } from '../../src/native/pidfd.js';
import { fdStream } from '../../src/native/poll.js';
import { run } from '../../src/native/run.js';
import { describeAsRoot, useDescriptorCount, useFolder } from './setting.js';

const cat = (path: string) => ({ file: '/bin/cat', argv: ['cat', path] });
const readlink = (path: string) => ({ file: '/bin/readlink', argv: ['readlink', path] });

describeAsRoot('processes', () => {
  const folder = useFolder();
  useDescriptorCount();

  it('start in a network namespace, given or entered', async () => {
    using children = new Children();
    using namespaces = new Namespaces();
    namespaces.make(folder('ns'));
    const home = readlinkSync('/proc/self/ns/net');
    using namespace = namespaces.open(folder('ns'));
    const inner = namespaces.run(namespace, () => readlinkSync('/proc/thread-self/ns/net'));
    const options = readlink('/proc/self/ns/net');
    const given = await run(children, { ...options, netnsFd: namespace.number });
    const pending = namespaces.run(namespace, () => ({ result: run(children, options) }));
    const entered = await pending.result;
    expect([given.stdout, entered.stdout]).to.deep.equal([`${inner}\n`, `${inner}\n`]);
    expect(readlinkSync('/proc/thread-self/ns/net')).to.equal(home);
    namespaces.remove(folder('ns'));
  });

  it('start in a mount namespace and leave us in ours, folder and all', async () => {
    using children = new Children();
    mkdirSync(folder('secret'));
    const script = `mount --make-rprivate / && mount -t tmpfs none ${folder('secret')} &&
      echo hidden > ${folder('secret', 'file')} && echo ready && exec sleep 20`;
    const holder = await startInMountNamespace(children, script);
    const before = [process.cwd(), readlinkSync('/proc/thread-self/ns/mnt')];
    using mntns = Fd.open(`/proc/${holder.pid}/ns/mnt`);
    const options = { mntnsFd: mntns.number, cwd: folder('secret') };
    const { stdout } = await run(children, { ...cat('file'), ...options });
    expect(stdout).to.equal('hidden\n');
    expect([process.cwd(), readlinkSync('/proc/thread-self/ns/mnt')]).to.deep.equal(before);
    expect(isMountPoint(folder('secret'))).to.equal(false);
    process.kill(holder.pid, 'SIGKILL');
    await holder.ended;
  });

  it('come back to our mount namespace when the program is missing', async () => {
    using children = new Children();
    using own = Fd.open('/proc/self/ns/mnt');
    const before = process.cwd();
    const options = { file: '/no/such', argv: ['x'], mntnsFd: own.number };
    expect(() => children.spawn(options)).to.throw('No such file');
    expect(process.cwd()).to.equal(before);
  });

  it('tell their end by a pidfd on the event loop', async () => {
    using children = new Children();
    const { pid, ended } = children.spawn({ file: '/bin/sleep', argv: ['sleep', '0.05'] });
    const fd = openProcess({ pid });
    if (!fd) throw new Error('no such process');
    const stream = fdStream(fd, { writable: false });
    const error = await new Promise<Error>((resolve) => stream.on('error', resolve).resume());
    expect(error).to.include({ code: 'EINVAL' });
    expect((await ended).code).to.equal(0);
  });

  it('see mounts travel to a slave mount namespace', async () => {
    using children = new Children();
    mkdirSync(folder('shared'));
    mount({ target: folder('shared'), type: 'tmpfs' });
    setPropagation(folder('shared'), 'shared');
    const script = 'mount --make-rslave / && echo ready && exec sleep 20';
    const holder = await startInMountNamespace(children, script);
    mkdirSync(folder('shared', 'later'));
    mount({ target: folder('shared', 'later'), type: 'tmpfs' });
    writeFileSync(folder('shared', 'later', 'file'), 'travelled');
    using mntns = Fd.open(`/proc/${holder.pid}/ns/mnt`);
    const path = folder('shared', 'later', 'file');
    const { stdout } = await run(children, { ...cat(path), mntnsFd: mntns.number });
    expect(stdout).to.equal('travelled');
    process.kill(holder.pid, 'SIGKILL');
    await holder.ended;
  });
});

/** Runs a script in a mount namespace of its own, up to the point where it says that it is ready. */
async function startInMountNamespace(children: Children, script: string) {
  const { read, write } = pipe();
  const child = children.spawn({
    file: '/usr/bin/unshare',
    argv: ['unshare', '-m', '--propagation', 'unchanged', 'sh', '-c', script],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    fds: { 1: write.number, 2: 2 },
  });
  write.close();
  const stream = fdStream(read, { writable: false });
  await new Promise((resolve) => stream.once('data', resolve));
  stream.destroy();
  return child;
}
