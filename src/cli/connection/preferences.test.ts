import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { preferred } from './preferences.js';

describe('preferred', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'preferences-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const keys = (flag: string) =>
    preferred(flag, 'detachKeys', { chosen: { folder, context: 'default', host: '' } });

  it('is the flag, else the user’s, else nothing', () => {
    expect(keys('')).to.equal('');
    writeFileSync(join(folder, 'config.json'), '{"detachKeys": "ctrl-x"}');
    expect(keys('')).to.equal('ctrl-x');
    expect(keys('ctrl-y')).to.equal('ctrl-y');
    writeFileSync(join(folder, 'config.json'), '{"detachKeys": 7}');
    expect(keys('')).to.equal('');
  });
});
