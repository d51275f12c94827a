import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readRootfsFile } from './rootfs-file.js';

describe('readRootfsFile', () => {
  let root: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'rootfs-'));
    mkdirSync(join(root, 'etc'));
    mkdirSync(join(root, 'usr/lib'), { recursive: true });
    writeFileSync(join(root, 'etc/passwd'), 'inside');
    symlinkSync('/etc/passwd', join(root, 'absolute'));
    symlinkSync('../../../../../etc/passwd', join(root, 'usr/lib/upwards'));
    symlinkSync('/usr/lib', join(root, 'lib'));
    symlinkSync('loop', join(root, 'loop'));
    symlinkSync('/proc/self/environ', join(root, 'outside'));
  });
  after(() => rmSync(root, { recursive: true }));

  const table: [path: string, text: string][] = [
    ['/etc/passwd', 'inside'],
    ['etc/../../etc/./passwd', 'inside'],
    ['/absolute', 'inside'],
    ['/lib/upwards', 'inside'],
    ['/loop', ''],
    ['/outside', ''],
    ['/etc', ''],
    ['/none', ''],
  ];
  for (const [path, text] of table) {
    it(path, () => expect(readRootfsFile(root, path)).to.equal(text));
  }
});
