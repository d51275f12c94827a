import { expect } from 'chai';
import { InvalidParameter } from '../../base/errors.js';
import { INSTRUCTION_SIZE } from './bpf.js';
import { alternativesOf, canCompileSeccomp, compileSeccomp, encodeArgs } from './compile.js';
import type { SeccompFilter } from './profile.js';

const a = { index: 0, value: 1, op: 'SCMP_CMP_EQ' };
const b = { index: 1, value: 2, op: 'SCMP_CMP_EQ' };

describe('alternativesOf', () => {
  it('is one set of conditions for different arguments', () =>
    expect(alternativesOf([a, b])).to.deep.equal([[a, b]]));
  it('is one set each for conditions on one argument', () =>
    expect(alternativesOf([a, { ...a, value: 3 }])).to.deep.equal([[a], [{ ...a, value: 3 }]]));
  it('is one empty set without conditions', () => expect(alternativesOf([])).to.deep.equal([[]]));
});

describe('encodeArgs', () => {
  it('writes struct scmp_arg_cmp', () => {
    const arg = { index: 1, op: 'SCMP_CMP_MASKED_EQ', value: 0x7e020000, valueTwo: 5 };
    const hex = '01000000' + '07000000' + '0000027e00000000' + '0500000000000000';
    expect(encodeArgs([arg]).toString('hex')).to.equal(hex);
  });

  it('takes the nearest double for the greatest number', () => {
    const bytes = encodeArgs([{ index: 0, op: 'SCMP_CMP_EQ', value: 2 ** 64 }]);
    expect(bytes.readBigUInt64LE(8)).to.equal(2n ** 64n - 1n);
  });
});

describe('compileSeccomp', () => {
  const filter: SeccompFilter = {
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [
      { names: ['read', 'write', 'no_such_call'], action: 'SCMP_ACT_ALLOW' },
      { names: ['personality'], action: 'SCMP_ACT_ALLOW', args: [{ ...a }, { ...a, value: 8 }] },
      { names: ['mount'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 },
    ],
  };

  before(function () {
    if (!canCompileSeccomp()) this.skip();
  });

  it('makes a program of whole instructions', () => {
    const program = compileSeccomp(filter);
    expect(program.length % INSTRUCTION_SIZE).to.equal(0);
    expect(program.length / INSTRUCTION_SIZE).to.be.greaterThan(10);
    expect(compileSeccomp(filter).equals(program)).to.equal(true);
  });

  const unknown: [what: string, filter: SeccompFilter][] = [
    ['action', { ...filter, defaultAction: 'SCMP_ACT_SHRUG' }],
    ['architecture', { ...filter, architectures: ['SCMP_ARCH_PDP11'] }],
    [
      'operator',
      {
        ...filter,
        syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW', args: [{ ...a, op: '=' }] }],
      },
    ],
  ];
  for (const [what, bad] of unknown) {
    it(`refuses an unknown ${what}`, () =>
      expect(() => compileSeccomp(bad)).to.throw(InvalidParameter, what));
  }
});
