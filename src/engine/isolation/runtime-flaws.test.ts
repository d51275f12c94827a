import { expect } from 'chai';
import { knownFlaws, remedyFor } from './runtime-flaws.js';

describe('knownFlaws', () => {
  const of2025 = ['CVE-2025-31133', 'CVE-2025-52565', 'CVE-2025-52881'];
  const table: [kind: string, version: string, ids: readonly string[]][] = [
    ['runc', 'runc version 1.1.5+ds1', ['CVE-2024-21626', 'CVE-2024-45310', ...of2025]],
    ['runc', 'runc version 1.1.14', of2025],
    ['runc', 'runc version 1.2.7', of2025],
    ['runc', 'runc version 1.2.8', []],
    ['runc', 'runc version 1.3.2', of2025],
    ['runc', 'runc version 1.3.3', []],
    ['runc', 'runc version 1.4.0', []],
    ['runc', 'runc version 2.0.0', []],
    ['crun', 'crun version 1.8.1', []],
    ['crun', 'crun version 1.4.3', ['CVE-2022-27650']],
    ['crun', 'crun version 1.22', []],
    ['runc', 'something else', []],
    ['youki', 'youki 0.1.0', []],
  ];
  for (const [kind, version, ids] of table) {
    it(`of ${version} are ${ids.join(', ') || 'none'}`, () => {
      expect(knownFlaws(kind, version).map(({ id }) => id)).to.deep.equal(ids);
    });
  }

  it('allows for distributions', () => {
    expect(remedyFor('runc version 1.1.5+ds1')).to.include("distribution's notes");
    expect(remedyFor('runc version 1.1.5')).to.equal('update it');
  });
});
