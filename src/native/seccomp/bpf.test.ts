import { expect } from 'chai';
import { INSTRUCTION_SIZE, newerCallsFilter } from './bpf.js';

const X86_64 = 0xc000003e;
const I386 = 0x40000003;
const ENOSYS = 0x50026;

/** The comparisons of the jumps, by opcode. */
const jumps: Readonly<Record<number, (a: number, k: number) => boolean>> = {
  21: (a, k) => a === k,
  37: (a, k) => a > k,
  53: (a, k) => a >= k,
};

/** A BPF machine with the instructions that the filter uses; undefined when it falls through. */
function interpret(program: Buffer, nr: number, arch: number): number | undefined {
  const data = [nr, arch];
  let accumulator = 0;
  for (let at = 0; at < program.length; at += INSTRUCTION_SIZE) {
    const [code, k] = [program.readUInt16LE(at), program.readUInt32LE(at + 4)];
    if (code === 0x06) return k;
    if (code === 0x20) accumulator = data[k / 4] ?? 0;
    const taken = jumps[code]?.(accumulator, k);
    if (taken !== undefined) at += program.readUInt8(at + (taken ? 2 : 3)) * INSTRUCTION_SIZE;
  }
  return undefined;
}

describe('newerCallsFilter', () => {
  const program = newerCallsFilter([
    { audit: X86_64, highest: 450 },
    { audit: I386, highest: 440 },
  ]);
  const table: [nr: number, arch: number, verdict: number | undefined][] = [
    [0, X86_64, undefined],
    [450, X86_64, undefined],
    [451, X86_64, ENOSYS],
    [0x40000001, X86_64, undefined],
    [440, I386, undefined],
    [441, I386, ENOSYS],
    [9999, 0xc00000b7, undefined],
  ];
  for (const [nr, arch, verdict] of table) {
    it(`call ${nr} of ${arch.toString(16)}: ${verdict ? 'ENOSYS' : 'on to the next filter'}`, () =>
      expect(interpret(program, nr, arch)).to.equal(verdict));
  }
});
