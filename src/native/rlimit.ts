import { check, libc } from './libc.js';

const prlimit = libc.fn<
  (pid: number, resource: number, wanted: Uint8Array | null, former: Uint8Array) => number
>('int prlimit64(int pid, int resource, const void *new_limit, void *old_limit)');

const RLIMIT_NOFILE = 7;

/** How many descriptors this process may have open (RLIMIT_NOFILE, the soft limit). */
export function descriptorLimit(): number {
  return read().soft;
}

/**
 * Lets this process, and the children that it starts from now on, have so many descriptors; never fewer than
 * now. Beyond the hard limit it takes CAP_SYS_RESOURCE, and the kernel's `fs.nr_open` is the most.
 * @returns the limit as it is then, which may be less than was wanted
 */
export function raiseDescriptorLimit(wanted: number): number {
  const { soft, hard } = read();
  if (wanted <= soft) return soft;
  const raised = write(wanted, Math.max(hard, wanted)) || write(Math.min(hard, wanted), hard);
  return raised ? read().soft : soft;
}

function write(soft: number, hard: number): boolean {
  const limits = Buffer.alloc(16);
  limits.writeBigUInt64LE(BigInt(soft), 0);
  limits.writeBigUInt64LE(BigInt(hard), 8);
  return prlimit(0, RLIMIT_NOFILE, limits, Buffer.alloc(16)) === 0;
}

/** `struct rlimit64 { u64 rlim_cur; u64 rlim_max; }` */
function read(): { soft: number; hard: number } {
  const limits = Buffer.alloc(16);
  check('prlimit', prlimit(0, RLIMIT_NOFILE, null, limits), 'open files');
  const [soft, hard] = [limits.readBigUInt64LE(0), limits.readBigUInt64LE(8)].map(Number);
  return { soft: soft ?? 0, hard: hard ?? 0 };
}
