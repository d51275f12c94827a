import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { overwriting, rewrite } from './rewrite.js';

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

  it('leaves nothing of a longer text, even if it does not come to cutting the rest off', () => {
    const [before, after] = ['10.0.0.1\tweb\n10.0.0.2\tdb\n', '10.0.0.2\tdb\n'];
    const bytes = overwriting(after, before.length);
    expect(bytes).to.have.length(before.length);
    expect(bytes.toString().trimEnd()).to.equal(after.trimEnd());
    expect(overwriting('longer', 3).toString()).to.equal('longer');
  });

  it('refuses what is no file', () => {
    expect(() => rewrite(folder, 'x')).to.throw('EISDIR');
  });
});
