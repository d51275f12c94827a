import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { claimNamespace } from './namespace-claim.js';

describe('claimNamespace', () => {
  let parent: string;
  let folder: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'tsnet-claims-'));
    folder = join(parent, 'claims');
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it('is for one daemon at a time, and leaves nothing', () => {
    const claim = claimNamespace(folder);
    expect(() => claimNamespace(folder)).to.throw('another tsnetd works in this network namespace');
    claim[Symbol.dispose]();
    expect(readdirSync(folder)).to.deep.equal([]);
    claimNamespace(folder)[Symbol.dispose]();
  });

  it('is nothing that other users can reach', () => {
    using _ = claimNamespace(folder);
    expect(statSync(folder).mode & 0o777).to.equal(0o700);
  });

  it('sweeps up after daemons that were killed', () => {
    claimNamespace(folder)[Symbol.dispose]();
    writeFileSync(join(folder, 'net-1'), '');
    using _ = claimNamespace(folder);
    expect(readdirSync(folder)).to.have.length(1).and.not.to.include('net-1');
  });
});
