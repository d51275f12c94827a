import { expect } from 'chai';
import { type DriverName, driverNames } from './catalogue.js';
import { candidates } from './choose.js';

const all = [...driverNames];

describe('which storage drivers are tried', () => {
  const table: [wanted: string, used: DriverName[], tried: DriverName[] | RegExp][] = [
    ['', [], all],
    ['', ['vfs'], ['vfs']],
    ['', ['btrfs'], ['btrfs']],
    ['', ['overlay2', 'vfs'], ['overlay2']],
    ['', ['overlay2', 'btrfs'], /several valid storage drivers: overlay2, btrfs: .*choose one/],
    ['vfs', ['overlay2', 'btrfs'], ['vfs']],
    ['overlay2', [], ['overlay2']],
    ['fuse-overlayfs', [], ['fuse-overlayfs']],
    ['aufs', [], /"aufs" is not supported: .*use overlay2/],
    ['overlay', [], /"overlay" is not supported: .*use overlay2/],
    ['devicemapper', [], /"devicemapper" is not supported: .*use overlay2/],
    ['zfs', [], /"zfs" is not supported: use overlay2, which works on ZFS 2.2 and later/],
    ['windowsfilter', [], /"windowsfilter" is not supported: .*use overlay2/],
    ['constructor', [], /none of that name: use one of overlay2, btrfs, fuse-overlayfs, vfs/],
    ['Overlay2', [], /none of that name/],
  ];
  for (const [wanted, used, tried] of table)
    it(`asked for "${wanted}", used before: ${used.join(', ') || 'none'}`, () => {
      const choose = () => candidates({ wanted, used });
      if (tried instanceof RegExp) expect(choose).to.throw(tried);
      else expect(choose()).to.deep.equal(tried);
    });
});
