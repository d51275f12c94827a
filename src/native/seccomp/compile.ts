import { fstatSync, readSync } from 'node:fs';
import { InvalidParameter } from '../../base/errors.js';
import { library, SyscallError } from '../libc.js';
import { memoryFile } from '../memfd.js';
import { newerCallsFilter } from './bpf.js';
import type { SeccompArg, SeccompFilter, SeccompRule } from './profile.js';

/** A `scmp_filter_ctx`. */
type Context = object | bigint;

const seccomp = library('libseccomp.so.2');
const c = {
  init: seccomp.fn<(action: number) => Context | null>('void *seccomp_init(uint32_t def_action)'),
  release: seccomp.fn<(context: Context) => void>('void seccomp_release(void *ctx)'),
  resolveArch: seccomp.fn<(name: string) => number>(
    'uint32_t seccomp_arch_resolve_name(const char *arch_name)',
  ),
  nativeArch: seccomp.fn<() => number>('uint32_t seccomp_arch_native()'),
  addArch: seccomp.fn<(context: Context, token: number) => number>(
    'int seccomp_arch_add(void *ctx, uint32_t arch_token)',
  ),
  resolveCall: seccomp.fn<(arch: number, name: string) => number>(
    'int seccomp_syscall_resolve_name_arch(uint32_t arch_token, const char *name)',
  ),
  addRule: seccomp.fn<
    (context: Context, action: number, call: number, count: number, args: Uint8Array) => number
  >(
    'int seccomp_rule_add_array(void *ctx, uint32_t action, int syscall, uint32_t arg_cnt, const void *arg_array)',
  ),
  export: seccomp.fn<(context: Context, fd: number) => number>(
    'int seccomp_export_bpf(void *ctx, int fd)',
  ),
};

/** seccomp.h; those with an errno have it in the low 16 bits. */
const actions: Readonly<Record<string, number>> = {
  SCMP_ACT_ALLOW: 0x7fff0000,
  SCMP_ACT_ERRNO: 0x00050000,
  SCMP_ACT_KILL: 0x00000000,
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_KILL_THREAD: 0x00000000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_TRAP: 0x00030000,
};
const withErrno = new Set(['SCMP_ACT_ERRNO', 'SCMP_ACT_TRACE']);
/** Default actions that forbid: calls newer than the profile get ENOSYS instead. */
const forbidding = new Set([
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_TRAP',
]);
const operators: Readonly<Record<string, number>> = {
  SCMP_CMP_NE: 1,
  SCMP_CMP_LT: 2,
  SCMP_CMP_LE: 3,
  SCMP_CMP_EQ: 4,
  SCMP_CMP_GE: 5,
  SCMP_CMP_GT: 6,
  SCMP_CMP_MASKED_EQ: 7,
};
const EPERM = 1;
const EEXIST = 17;
const ARG_SIZE = 24;
const U64_MAX = 2n ** 64n - 1n;
/** __NR_SCMP_ERROR; other negative numbers are calls that only other architectures have. */
const UNKNOWN_CALL = -1;
/** The x32 ABI: not an architecture to the kernel's filters. */
const ARCH_X32 = 0x4000003e;

/** Whether libseccomp is on this machine. */
export function canCompileSeccomp(): boolean {
  return seccomp.has('seccomp_init');
}

/**
 * Compiles a filter into the BPF program that the kernel loads: an array of `struct sock_filter`, 8 bytes each. Takes
 * tens of milliseconds for Docker's default profile. Calls that libseccomp does not know are left out.
 * @throws InvalidParameter for a word that it does not know, SyscallError from libseccomp
 */
export function compileSeccomp(filter: SeccompFilter): Buffer {
  const action = actionNumber(filter.defaultAction, filter.defaultErrnoRet);
  const context = c.init(action);
  if (!context) throw new InvalidParameter(`invalid seccomp action: ${filter.defaultAction}`);
  try {
    const arches = (filter.architectures ?? []).map(archToken);
    for (const arch of arches)
      checked('seccomp_arch_add', c.addArch(context, arch), 'architecture');
    for (const rule of filter.syscalls ?? []) addRule(context, rule, action);
    return Buffer.concat([newerCalls(filter, arches), exported(context)]);
  } finally {
    c.release(context);
  }
}

function addRule(context: Context, rule: SeccompRule, defaultAction: number): void {
  const action = actionNumber(rule.action, rule.errnoRet);
  // libseccomp refuses rules that say what happens anyway.
  if (action === defaultAction) return;
  const native = c.nativeArch();
  const alternatives = alternativesOf(rule.args ?? []).map(encodeArgs);
  for (const name of rule.names) {
    const call = c.resolveCall(native, name);
    if (call === UNKNOWN_CALL) continue;
    for (const args of alternatives) {
      const result = c.addRule(context, action, call, args.length / ARG_SIZE, args);
      checked('seccomp_rule_add_array', result, name);
    }
  }
}

/**
 * Conditions are all to hold, except when there are two on one argument: then, as OCI runtimes have it, each
 * of them is enough.
 */
export function alternativesOf(args: readonly SeccompArg[]): SeccompArg[][] {
  const indices = new Set(args.map(({ index }) => index));
  return indices.size < args.length ? args.map((arg) => [arg]) : [[...args]];
}

/** Encodes `struct scmp_arg_cmp { u32 arg; i32 op; u64 datum_a; u64 datum_b; }` one after the other. */
export function encodeArgs(args: readonly SeccompArg[]): Buffer {
  return Buffer.concat(
    args.map(({ index, op, value, valueTwo = 0 }) => {
      const bytes = Buffer.alloc(ARG_SIZE);
      bytes.writeUInt32LE(index, 0);
      bytes.writeInt32LE(lookUp(operators, op, 'operator'), 4);
      bytes.writeBigUInt64LE(toU64(value), 8);
      bytes.writeBigUInt64LE(toU64(valueTwo), 16);
      return bytes;
    }),
  );
}

/** JSON has no 64-bit numbers: 2^64 - 1 comes as 2^64. */
function toU64(value: number): bigint {
  const exact = BigInt(value);
  return exact > U64_MAX ? U64_MAX : BigInt.asUintN(64, exact);
}

function actionNumber(name: string, errno = EPERM): number {
  const action = lookUp(actions, name, 'action');
  return withErrno.has(name) ? action | (errno & 0xffff) : action;
}

function archToken(name: string): number {
  const token = c.resolveArch(name.replace(/^SCMP_ARCH_/, '').toLowerCase());
  if (token === 0) throw new InvalidParameter(`unknown seccomp architecture: ${name}`);
  return token;
}

function lookUp(table: Readonly<Record<string, number>>, name: string, what: string): number {
  const number = Object.hasOwn(table, name) ? table[name] : undefined;
  if (number === undefined) throw new InvalidParameter(`unknown seccomp ${what}: ${name}`);
  return number;
}

function newerCalls({ defaultAction, syscalls = [] }: SeccompFilter, arches: number[]): Buffer {
  if (!forbidding.has(defaultAction) || syscalls.length === 0) return Buffer.alloc(0);
  const names = syscalls.flatMap((rule) => rule.names);
  const tokens = new Set([c.nativeArch(), ...arches]);
  tokens.delete(ARCH_X32);
  return newerCallsFilter(
    [...tokens].map((audit) => ({
      audit,
      highest: Math.max(...names.map((name) => c.resolveCall(audit, name))),
    })),
  );
}

function exported(context: Context): Buffer {
  using file = memoryFile('seccomp');
  checked('seccomp_export_bpf', c.export(context, file.number), 'filter');
  const program = Buffer.alloc(fstatSync(file.number).size);
  readSync(file.number, program, 0, program.length, 0);
  return program;
}

/** libseccomp answers a negative errno. An architecture or rule that is there already is as good. */
function checked(call: string, result: number, subject: string): void {
  if (result < 0 && result !== -EEXIST) throw new SyscallError(call, -result, subject);
}
