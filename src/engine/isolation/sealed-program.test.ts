import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SealedProgram } from './sealed-program.js';

describe('SealedProgram', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsnet-sealed-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const pathOf = (fd: { readonly number: number } | undefined) =>
    `/proc/${process.pid}/fd/${fd?.number}`;

  it('is one copy, until the program is replaced', () => {
    const path = join(folder, 'program');
    copyFileSync('/bin/echo', path);
    using program = new SealedProgram(path);
    const first = program.current();
    expect(execFileSync(pathOf(first), ['once'], { encoding: 'utf8' })).to.equal('once\n');
    expect(program.current()).to.equal(first);
    rmSync(path);
    copyFileSync('/bin/true', path);
    const second = program.current();
    expect(readFileSync(pathOf(second)).equals(readFileSync('/bin/true'))).to.equal(true);
    expect(first?.isOpen).to.equal(false);
  });

  it('leaves scripts alone, which may look for what lies beside them', () => {
    const path = join(folder, 'script');
    writeFileSync(path, '#!/bin/sh\nexec crun "$@"\n');
    using program = new SealedProgram(path);
    expect(program.current()).to.equal(undefined);
  });
});
