import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isInitLink, layInitFiles } from './init-files.js';
import { sizeOfTree } from './size.js';

describe('layInitFiles', () => {
  let folder: string;
  let root: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsnet-init-'));
    root = join(folder, 'root');
    mkdirSync(root);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes what programs look for, once, and counts it for nothing', async () => {
    for (let times = 0; times < 2; times++) layInitFiles(root);
    expect(lstatSync(join(root, '.dockerenv')).mode & 0o777).to.equal(0o755);
    expect(readlinkSync(join(root, 'etc/mtab'))).to.equal('/proc/mounts');
    const all = readdirSync(root, { recursive: true }).map(String);
    expect(all.sort()).to.deep.equal([
      '.dockerenv',
      ...['dev', 'dev/console', 'dev/pts', 'dev/shm'],
      ...['etc', 'etc/hostname', 'etc/hosts', 'etc/mtab', 'etc/resolv.conf'],
      ...['proc', 'sys'],
    ]);
    expect(await sizeOfTree(root, isInitLink)).to.equal(0);
    expect(await sizeOfTree(root)).to.equal('/proc/mounts'.length);
  });

  it('leaves the image what it has', () => {
    mkdirSync(join(root, 'etc'));
    writeFileSync(join(root, 'etc/mtab'), 'own');
    symlinkSync('../out', join(root, '.dockerenv'));
    layInitFiles(root);
    expect(readFileSync(join(root, 'etc/mtab'), 'utf8')).to.equal('own');
    expect(readdirSync(folder)).to.deep.equal(['root']);
  });

  it('follows links as the container does', () => {
    mkdirSync(join(root, 'usr/etc'), { recursive: true });
    mkdirSync(join(folder, 'usr/etc'), { recursive: true });
    symlinkSync('../../../usr/etc', join(root, 'etc'));
    layInitFiles(root);
    expect(readlinkSync(join(root, 'usr/etc/mtab'))).to.equal('/proc/mounts');
    expect(readdirSync(join(folder, 'usr/etc'))).to.deep.equal([]);
  });

  for (const [what, target] of [
    ['leads nowhere', '/nowhere'],
    ['leads to itself', 'etc'],
    ['leads to a file', '.dockerenv'],
  ] as const) {
    it(`makes no link where /etc ${what}`, () => {
      symlinkSync(target, join(root, 'etc'));
      layInitFiles(root);
      expect(readlinkSync(join(root, 'etc'))).to.equal(target);
      expect(existsSync('/nowhere')).to.equal(false);
    });
  }
});
