/** What to answer for system calls that are newer than the profile. */
export interface NewerCalls {
  /** AUDIT_ARCH_* token of the architecture (linux/audit.h). */
  readonly audit: number;
  /** The highest number that the profile knows there. */
  readonly highest: number;
}

/** Classic BPF opcodes (linux/bpf_common.h). */
const op = { loadWord: 0x20, jumpEqual: 0x15, jumpGreater: 0x25, jumpAtLeast: 0x35, ret: 0x06 };
/** `struct seccomp_data { int nr; u32 arch; u64 instruction_pointer; u64 args[6]; }` */
const offset = { nr: 0, arch: 4 };
/** Numbers from here on are calls of the x32 ABI, which shares its token with x86_64. */
const X32_BIT = 0x40000000;
const SECCOMP_RET_ERRNO = 0x00050000;
const ENOSYS = 38;

/** Bytes of `struct sock_filter { u16 code; u8 jt; u8 jf; u32 k; }`. */
export const INSTRUCTION_SIZE = 8;

/**
 * A filter to put in front of another one: a call that the profile can't know, as it is newer, fails with
 * ENOSYS, so that a C library falls back on an older call. The EPERM of a default action would make it give up.
 */
export function newerCallsFilter(calls: readonly NewerCalls[]): Buffer {
  return Buffer.concat(
    calls.flatMap(({ audit, highest }) => [
      instruction(op.loadWord, offset.arch),
      instruction(op.jumpEqual, audit, 0, 4),
      instruction(op.loadWord, offset.nr),
      instruction(op.jumpAtLeast, X32_BIT, 2, 0),
      instruction(op.jumpGreater, highest, 0, 1),
      instruction(op.ret, SECCOMP_RET_ERRNO | ENOSYS),
    ]),
  );
}

function instruction(code: number, k: number, jumpTrue = 0, jumpFalse = 0): Buffer {
  const bytes = Buffer.alloc(INSTRUCTION_SIZE);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(jumpTrue, 2);
  bytes.writeUInt8(jumpFalse, 3);
  bytes.writeUInt32LE(k, 4);
  return bytes;
}
