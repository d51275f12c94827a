import { lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { syncDirectory } from '../../src/native/fd.js';
import { mknod, setTimes, splitDevice } from '../../src/native/inode.js';
import { mount } from '../../src/native/mount.js';
import { getXattr, listXattrs, removeXattr, setXattr } from '../../src/native/xattr.js';
import { describeAsRoot, thrownBy, useDescriptorCount, useFolder } from './setting.js';

describeAsRoot('files', () => {
  const folder = useFolder();
  useDescriptorCount();
  beforeEach(() => {
    mkdirSync(folder('disk'));
    mount({ target: folder('disk'), type: 'tmpfs' });
    writeFileSync(folder('disk', 'file'), '');
    symlinkSync('file', folder('disk', 'link'));
  });

  it('sets, reads, lists and removes extended attributes', () => {
    const file = folder('disk', 'file');
    expect(getXattr(file, 'trusted.a')).to.equal(undefined);
    setXattr(file, 'trusted.a', 'y');
    setXattr(file, 'trusted.long', new Uint8Array(3000).fill(7));
    expect(getXattr(file, 'trusted.a')?.toString()).to.equal('y');
    expect(getXattr(file, 'trusted.long')).to.deep.equal(Buffer.alloc(3000, 7));
    expect(listXattrs(file)).to.have.members(['trusted.a', 'trusted.long']);
    removeXattr(file, 'trusted.a');
    removeXattr(file, 'trusted.a');
    expect(listXattrs(file)).to.deep.equal(['trusted.long']);
  });

  it('does not follow symbolic links for extended attributes', () => {
    setXattr(folder('disk', 'link'), 'trusted.a', 'link');
    expect(getXattr(folder('disk', 'file'), 'trusted.a')).to.equal(undefined);
    expect(getXattr(folder('disk', 'link'), 'trusted.a')?.toString()).to.equal('link');
  });

  it('makes devices, fifos and whiteouts', () => {
    mknod({ path: folder('disk', 'null'), kind: 'char', mode: 0o600, major: 1, minor: 3 });
    mknod({ path: folder('disk', 'big'), kind: 'block', mode: 0o600, major: 259, minor: 70000 });
    mknod({ path: folder('disk', 'fifo'), kind: 'fifo', mode: 0o600 });
    mknod({ path: folder('disk', 'gone'), kind: 'char', mode: 0 });
    const device = (name: string) => {
      const stat = lstatSync(folder('disk', name), { bigint: true });
      return { block: stat.isBlockDevice(), ...splitDevice(stat.rdev) };
    };
    expect(device('null')).to.deep.equal({ block: false, major: 1, minor: 3 });
    expect(device('big')).to.deep.equal({ block: true, major: 259, minor: 70000 });
    expect(device('gone')).to.deep.equal({ block: false, major: 0, minor: 0 });
    expect(lstatSync(folder('disk', 'fifo')).isFIFO()).to.equal(true);
    const again = thrownBy(() => mknod({ path: folder('disk', 'fifo'), kind: 'fifo', mode: 0 }));
    expect(again).to.include({ code: 'EEXIST', syscall: 'mknod' });
  });

  it('sets times to the nanosecond, of the link itself', () => {
    const before = lstatSync(folder('disk', 'file'), { bigint: true }).mtimeNs;
    setTimes(folder('disk', 'link'), 1_000_000_001n, 1_700_000_000_123_456_789n);
    const link = lstatSync(folder('disk', 'link'), { bigint: true });
    expect(link.atimeNs).to.equal(1_000_000_001n);
    expect(link.mtimeNs).to.equal(1_700_000_000_123_456_789n);
    expect(lstatSync(folder('disk', 'file'), { bigint: true }).mtimeNs).to.equal(before);
    setTimes(folder('disk', 'link'), 0n, -1n);
    expect(lstatSync(folder('disk', 'link'), { bigint: true }).mtimeNs).to.equal(-1n);
  });

  it('syncs a folder', () => {
    syncDirectory(folder('disk'));
    expect(thrownBy(() => syncDirectory(folder('disk', 'file')))).to.include({ code: 'ENOTDIR' });
  });
});
