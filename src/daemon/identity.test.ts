import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { countingIds } from '../base/ids.js';
import { dropWhatRebootVoided, readIdentity } from './identity.js';

describe('what a daemon knows of itself', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsnet-identity-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('draws an identity once', () => {
    const root = join(folder, 'data');
    const ids = countingIds();
    const first = readIdentity(root, ids);
    expect(first.id).to.match(/^[0-9a-f]{32}$/);
    ids.id();
    expect(readIdentity(root, ids)).to.deep.equal(first);
    expect(
      readIdentity(join(folder, 'other'), { ...ids, id: () => 'ab'.repeat(32) }),
    ).to.deep.equal({
      id: 'ab'.repeat(16),
      globalId: 0xabababababn,
    });
  });

  it('takes 40 bits of an id that has dashes', () => {
    writeFileSync(join(folder, 'engine-id'), '1234-56789a-bcdef\n');
    expect(readIdentity(folder, countingIds())).to.deep.equal({
      id: '1234-56789a-bcdef',
      globalId: 0x123456789an,
    });
  });

  const boots: [string, string | undefined, boolean][] = [
    ['the same boot', readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'), true],
    ['an earlier boot', 'another\n', false],
    ['a boot that nobody wrote down', undefined, true],
  ];
  for (const [what, bootId, isKept] of boots) {
    it(`${isKept ? 'keeps' : 'drops'} the exec root of ${what}`, () => {
      writeFileSync(join(folder, 'state'), '');
      if (bootId !== undefined) writeFileSync(join(folder, 'boot-id'), bootId);
      dropWhatRebootVoided(folder);
      expect(existsSync(join(folder, 'state'))).to.equal(isKept);
      expect(readFileSync(join(folder, 'boot-id'), 'utf8')).to.match(/^[0-9a-f-]{36}\n$/);
    });
  }
});
