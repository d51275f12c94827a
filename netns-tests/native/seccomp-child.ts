import { mkdirSync, readFileSync, writeSync } from 'node:fs';
import koffi from 'koffi';
import { addressOf, check, libc } from '../../src/native/libc.js';

/**
 * A program for a test: loads the seccomp filter in the file argv[2] and tells which errno mkdir and a
 * system call from the future then have.
 */
const prctl = libc.fn<(option: number, a: bigint, b: bigint, c: bigint, d: bigint) => number>(
  'int prctl(int option, uint64_t a, uint64_t b, uint64_t c, uint64_t d)',
);
const syscall = libc.fn<(number: number) => number>('int64_t syscall(int64_t number)');
const PR_SET_SECCOMP = 22;
const PR_SET_NO_NEW_PRIVS = 38;
const SYS_getppid = 110;
const SECCOMP_MODE_FILTER = 2n;

const program = readFileSync(process.argv[2] ?? '');
const fprog = Buffer.alloc(16);
fprog.writeUInt16LE(program.length / 8, 0);
fprog.writeBigUInt64LE(addressOf(program), 8);
// Functions are looked up before the filter forbids it.
syscall(SYS_getppid);
check('prctl', prctl(PR_SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n));
check('prctl', prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, addressOf(fprog), 0n, 0n));

const outcome = (work: () => number) => (work() < 0 ? koffi.errno() : 0);
const mkdir = () => {
  try {
    mkdirSync('/proc/self/seccomp-test');
    return 0;
  } catch (error) {
    return error instanceof Error && 'errno' in error ? -Number(error.errno) : -1;
  }
};
const outcomes = { mkdir: mkdir(), unknown: outcome(() => Number(syscall(9999))) };
writeSync(1, JSON.stringify(outcomes));
// Node's orderly way out needs more calls than the filter allows.
process.kill(process.pid, 'SIGKILL');
