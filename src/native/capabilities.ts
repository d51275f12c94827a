import { check, isErrno, libc } from './libc.js';

const c = {
  prctl: libc.fn<(option: number, a: number, b: number, c: number, d: number) => number>(
    'int prctl(int option, uint64_t a, uint64_t b, uint64_t c, uint64_t d)',
  ),
  capget: libc.fn<(header: Uint8Array, data: Uint8Array) => number>(
    'int capget(void *header, void *data)',
  ),
  capset: libc.fn<(header: Uint8Array, data: Uint8Array) => number>(
    'int capset(void *header, void *data)',
  ),
};

/** linux/prctl.h */
const PR_SET_DUMPABLE = 4;
const PR_CAPBSET_READ = 23;
const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;
/** _LINUX_CAPABILITY_VERSION_3: two structs of three words. */
const CAPABILITY_VERSION = 0x20080522;
/** Where the structs are, and the words in each. */
const WORDS = [0, 12] as const;
const EFFECTIVE = 0;
const PERMITTED = 4;

/** A capability by its number in linux/capability.h. */
export type Capability = number;

/** Read and enter what its mode keeps others from. */
export const CAP_DAC_READ_SEARCH: Capability = 2;

/** A thread's capabilities as the kernel writes them: see {@link read}. */
type Sets = Buffer;

/** What `work` comes to without capabilities in effect, on the calling thread alone. @throws SyscallError */
export function withoutCapabilities<T>(work: () => T): T {
  const before = read();
  const none = Buffer.from(before);
  for (const word of WORDS) none.writeUInt32LE(0, word + EFFECTIVE);
  write(none);
  try {
    return work();
  } finally {
    write(before);
  }
}

/**
 * Lets the calling thread keep no capability but these, and gain no other by whatever it executes (capabilities(7),
 * PR_SET_NO_NEW_PRIVS). Other threads are not touched: a program of several is only rid of its capabilities by
 * executing itself anew after this. Without CAP_SETPCAP the bounding set stays, which then makes no difference.
 * @throws SyscallError
 */
export function dropCapabilities(keep: readonly Capability[] = []): void {
  for (let number = 0; isKnown(number); number++) {
    if (!keep.includes(number)) dropFromBounds(number);
  }
  check('prctl', c.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), 'ambient');
  check('prctl', c.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 'no new privileges');
  write(keeping(read(), keep));
}

/**
 * Keeps others, root without CAP_SYS_PTRACE too, from tracing this process, taking its descriptors and having it
 * dump its memory (PR_SET_DUMPABLE). Ends with the next execve(2).
 */
export function forbidTracing(): void {
  check('prctl', c.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), 'dumpable');
}

/** Whether the kernel has a capability of that number; they have no gaps. */
function isKnown(number: Capability): boolean {
  return c.prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0;
}

function dropFromBounds(number: Capability): void {
  try {
    check('prctl', c.prctl(PR_CAPBSET_DROP, number, 0, 0, 0), `capability ${number}`);
  } catch (error) {
    if (!isErrno(error, 'EPERM')) throw error;
  }
}

/** The same with nothing but these of what was permitted, and nothing to be inherited. */
function keeping(before: Sets, keep: readonly Capability[]): Sets {
  const after = Buffer.alloc(before.length);
  WORDS.forEach((word, index) => {
    const wanted = keep.filter((number) => number >> 5 === index);
    const bits = wanted.reduce((mask, number) => mask | (1 << (number & 31)), 0);
    const kept = (before.readUInt32LE(word + PERMITTED) & bits) >>> 0;
    after.writeUInt32LE(kept, word + EFFECTIVE);
    after.writeUInt32LE(kept, word + PERMITTED);
  });
  return after;
}

/** Two of `struct __user_cap_data_struct { u32 effective, permitted, inheritable; }`, 32 capabilities each. */
function read(): Sets {
  const data = Buffer.alloc(24);
  check('capget', c.capget(header(), data));
  return data;
}

function write(sets: Sets): void {
  check('capset', c.capset(header(), sets));
}

/** `struct __user_cap_header_struct { u32 version; int pid; }`, for the calling thread. */
function header(): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(CAPABILITY_VERSION, 0);
  return bytes;
}
