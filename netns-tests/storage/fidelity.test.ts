import { execFileSync } from 'node:child_process';
import { chownSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { ChainId } from '../../src/engine/storage/digest.js';
import { mknod, setTimes } from '../../src/native/inode.js';
import { setXattr } from '../../src/native/xattr.js';
import { describeTree } from './described.js';
import { describeEachDriver } from './each-driver.js';
import { tarOf } from './world.js';

/** cap_net_raw+ep, as setcap writes it. */
const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex');
const container = 'a'.repeat(64);
const other = 'b'.repeat(64);

/** A folder with every kind of file there is. */
function makeZoo(root: string): void {
  const at = (name: string) => join(root, name);
  mkdirSync(at('d/deep'), { recursive: true });
  execFileSync('chmod', ['755', root]);
  execFileSync('chmod', ['3750', at('d/deep')]);
  writeFileSync(at('d/deep/setuid'), 'x', { mode: 0o755 });
  execFileSync('chmod', ['4711', at('d/deep/setuid')]);
  writeFileSync(at('owned'), 'theirs');
  chownSync(at('owned'), 4_000_000_000, 70_000);
  writeFileSync(at('capable'), 'x');
  setXattr(at('capable'), 'security.capability', capability);
  setXattr(at('capable'), 'user.note', Buffer.from([0, 255, 10]));
  execFileSync('ln', [at('owned'), at('d/hard')]);
  execFileSync('ln', ['-s', '/nowhere\n', at('link')]);
  mknod({ path: at('null'), kind: 'char', mode: 0o666, major: 1, minor: 3 });
  mknod({ path: at('disk'), kind: 'block', mode: 0o600, major: 259, minor: 300 });
  mknod({ path: at('pipe'), kind: 'fifo', mode: 0o640 });
  writeFileSync(
    Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0x6d, 0xc0, 0x0a])]),
    'raw',
  );
  writeFileSync(at('ümläut 😀'), 'text');
  writeFileSync(at(`${'long'.repeat(60)}`), 'long name');
  execFileSync('truncate', ['-s', '64M', at('sparse')]);
  execFileSync(
    'dd',
    ['if=/dev/zero', `of=${at('sparse')}`, 'bs=1', 'count=1', 'seek=50000000', 'conv=notrunc'],
    { stdio: 'ignore' },
  );
  writeFileSync(at('zeros'), Buffer.alloc(200_000));
  writeFileSync(at('empty'), '');
  for (const [i, name] of ['owned', 'capable', 'link', 'null', 'sparse'].entries())
    setTimes(at(name), 1n, 1_234_567_890_123_456_789n + BigInt(i));
  setTimes(at('empty'), 1n, -5_000_000_001n);
}

describeEachDriver('every kind of file', (on) => {
  let zoo: string;
  beforeEach(() => {
    zoo = mkdtempSync(join(tmpdir(), 'tsnet-zoo-'));
    makeZoo(zoo);
  });
  afterEach(() => rmSync(zoo, { recursive: true }));

  async function add(tar: AsyncIterable<Uint8Array>, parent?: ChainId): Promise<ChainId> {
    using hold = on.storage.layers.hold();
    return (await on.storage.layers.add({ source: tar, parent, hold })).chainId;
  }

  /** By GNU tar, with all attributes and all digits of times. */
  const packed = () =>
    Readable.from([
      execFileSync(
        'tar',
        ['-C', zoo, '--format=pax', '--numeric-owner', '--xattrs', '--xattrs-include=*', '-c', '.'],
        { maxBuffer: 1e9 },
      ),
    ]);

  it('is in a layer, and in a container on it, as it was', async () => {
    const wanted = describeTree(zoo);
    const chain = await add(packed());
    await on.storage.rootfs.prepare(container, chain);
    const root = on.storage.rootfs.mount(container);
    expect(describeTree(root)).to.deep.equal(wanted);
    expect(lstatSync(join(root, 'sparse')).blocks * 512).to.be.below(4_000_000);
    expect(await on.storage.rootfs.changes(container)).to.deep.equal([]);
    expect(await on.storage.rootfs.size(container)).to.have.property('writable', 0);
  });

  it('is in an image that is made of a container, but for the digits of times', async () => {
    await on.storage.rootfs.prepare(container, undefined);
    const root = on.storage.rootfs.mount(container);
    execFileSync('cp', ['-a', `${zoo}/.`, root]);
    const chain = await add(on.storage.rootfs.changesTar(container));
    await on.storage.rootfs.prepare(other, chain);
    expect(describeTree(on.storage.rootfs.mount(other), 'seconds')).to.deep.equal(
      describeTree(zoo, 'seconds'),
    );
  });

  it('is seen by a user who is not root', async () => {
    const chain = await add(packed());
    await on.storage.rootfs.prepare(container, chain);
    const root = on.storage.rootfs.mount(container);
    // The data root itself is open to root only; its folders are reached by a descriptor, as in a container.
    const text = execFileSync(
      'unshare',
      [
        '-m',
        'sh',
        '-c',
        `mount --bind ${root} /mnt && exec setpriv --reuid 1234 --clear-groups cat '/mnt/ümläut 😀'`,
      ],
      { encoding: 'utf8' },
    );
    expect(text).to.equal('text');
  });
});

describeEachDriver('hundreds of layers', (on) => {
  it('are one file system', async () => {
    using hold = on.storage.layers.hold();
    let parent: ChainId | undefined;
    const depth = 200;
    for (let i = 0; i < depth; i++) {
      const source = tarOf([
        { name: `f${i}`, type: 'file', content: String(i) },
        { name: 'top', type: 'file', content: String(i) },
        ...(i % 10 === 9 ? [{ name: `.wh.f${i - 5}`, type: 'file' as const }] : []),
      ]);
      parent = (await on.storage.layers.add({ source, parent, hold })).chainId;
    }
    await on.storage.rootfs.prepare(container, parent);
    const tree = describeTree(on.storage.rootfs.mount(container));
    expect(Object.keys(tree)).to.have.length(depth + 1 - depth / 10);
    expect(on.storage.layers.stack(parent)).to.have.length(depth);
  });
});
