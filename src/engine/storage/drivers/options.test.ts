import { expect } from 'chai';
import { type DriverOptions, readDriverOptions } from './options.js';

describe('options of storage drivers', () => {
  const table: [texts: string[], options: DriverOptions | RegExp][] = [
    [[], {}],
    [['overlay2.override_kernel_check=true'], {}],
    [['fuse-overlayfs.mount_program=/opt/fuse-overlayfs'], { mountProgram: '/opt/fuse-overlayfs' }],
    [['fuse-overlayfs.mount_program=a=b'], /absolute path, not "a=b"/],
    [['overlay2.size=10G'], /unknown storage-opt "overlay2.size": limits on the size/],
    [['dm.basesize=20G'], /unknown storage-opt "dm.basesize": .*use overlay2/],
    [['overlay2.other=1'], /unknown storage-opt "overlay2.other": use one of/],
    [['size'], /invalid storage-opt "size": expected name=value/],
  ];
  for (const [texts, options] of table)
    it(texts.join(', ') || 'none', () => {
      if (options instanceof RegExp) expect(() => readDriverOptions(texts)).to.throw(options);
      else expect(readDriverOptions(texts)).to.deep.equal(options);
    });
});
