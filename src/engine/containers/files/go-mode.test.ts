import { expect } from 'chai';
import { goMode } from './go-mode.js';

/** As dockerd tells them of such files. */
const table: [mode: number, go: number, what: string][] = [
  [0o100644, 420, 'a file'],
  [0o104755, 8389101, 'a set-uid program'],
  [0o040755, 2147484141, 'a folder'],
  [0o041777, 2148532735, 'a sticky folder'],
  [0o120777, 134218239, 'a symbolic link'],
  [0o010644, 33554852, 'a fifo'],
  [0o020666, 69206454, 'a character device'],
  [0o060660, 67109296, 'a block device'],
];

describe('mode of a file in the API', () => {
  for (const [mode, go, what] of table)
    it(`of ${what}`, () => {
      expect(goMode(mode)).to.equal(go);
    });
});
