import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { removeFolder } from './folder-removal.js';

describe('removeFolder', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tsnet-removal-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** A folder in `root` with files in folders of its own. */
  function folder(files: Readonly<Record<string, number>>): string {
    const path = join(root, 'doomed');
    for (const [name, size] of Object.entries(files)) {
      const file = join(path, name);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, '');
      truncateSync(file, size);
    }
    return path;
  }

  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`d${i % 9}/f${i}`, 1]));
  const table: [what: string, files: Readonly<Record<string, number>>][] = [
    ['a small one', { a: 1, 'b/c': 1, 'b/d/e': 0 }],
    ['one with many files', many],
    ['one with a large file', { a: 1, 'b/large': 100 * 1024 * 1024, c: 1 }],
  ];
  for (const [what, files] of table) {
    it(`removes ${what}, and nothing beside`, async () => {
      writeFileSync(join(root, 'beside'), '');
      await removeFolder(folder(files));
      expect(readdirSync(root)).to.deep.equal(['beside']);
    });
  }

  it('has removed a small one when it returns', () => {
    const path = folder({ a: 1, 'b/c': 1 });
    const removal = removeFolder(path);
    expect(existsSync(path)).to.equal(false);
    return removal;
  });

  it('removes links, and not what they lead to', async () => {
    mkdirSync(join(root, 'kept'));
    writeFileSync(join(root, 'kept', 'file'), 'text');
    const path = folder({ a: 1 });
    symlinkSync('../kept', join(path, 'folder'));
    symlinkSync('../kept/file', join(path, 'file'));
    await removeFolder(path);
    expect(readFileSync(join(root, 'kept', 'file'), 'utf8')).to.equal('text');
    expect(existsSync(path)).to.equal(false);
  });

  it('removes what is a link itself, and not the folder that it leads to', async () => {
    const path = join(root, 'link');
    symlinkSync(folder({ a: 1 }), path);
    await removeFolder(path);
    expect(existsSync(path)).to.equal(false);
    expect(existsSync(join(root, 'doomed', 'a'))).to.equal(true);
  });

  it('is content with one that is gone', () => removeFolder(join(root, 'gone')));

  it('tells what is wrong', async () => {
    const error = await removeFolder('/proc/self/attr').catch((failure: Error) => failure);
    expect(error).to.be.an('error');
  });
});
