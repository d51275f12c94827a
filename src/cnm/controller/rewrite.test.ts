import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { rewrite } from './rewrite.js';

describe('rewrite', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsnet-rewrite-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('makes a file, and later changes it in its place', () => {
    const path = join(folder, 'hosts');
    rewrite(path, 'a long line of text\n');
    const { ino } = statSync(path);
    for (const text of ['short\n', 'längst of all, by far: wörds\n', '']) {
      rewrite(path, text);
      expect(readFileSync(path, 'utf8')).to.equal(text);
    }
    expect(statSync(path).ino).to.equal(ino);
  });

  it('refuses what is no file', () => {
    expect(() => rewrite(folder, 'x')).to.throw('EISDIR');
  });
});
