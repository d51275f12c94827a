import { expect } from 'chai';
import { makeDevice, splitDevice } from './inode.js';

describe('makeDevice', () => {
  const table: [major: number, minor: number, device: bigint][] = [
    [0, 0, 0n],
    [1, 3, 0x103n],
    [8, 255, 0x8ffn],
    [8, 256, 0x100800n],
    [259, 1048575, 0xfff103ffn],
    [4096, 1, 0x100000000001n],
  ];
  for (const [major, minor, device] of table) {
    it(`${major}:${minor}`, () => {
      expect(makeDevice(major, minor)).to.equal(device);
      expect(splitDevice(device)).to.deep.equal({ major, minor });
    });
  }
});
