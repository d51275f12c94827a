import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  CAP_DAC_READ_SEARCH,
  dropCapabilities,
  withoutCapabilities,
} from '../native/capabilities.js';
import { execute } from '../native/execute.js';
import { raiseDescriptorLimit } from '../native/rlimit.js';

/** A flow takes two; this is what the kernel lets a process have at most unless it is told otherwise. */
const DESCRIPTORS = 1 << 20;

/**
 * Starts this program anew without capabilities, in all of its threads: sockets come bound from the daemon, and to
 * connect needs none. What only root may do is done before: `fds` are handed on, with a higher limit of them.
 * @throws SyscallError
 */
export function executeConfined(args: readonly string[], fds: readonly number[]): never {
  raiseDescriptorLimit(DESCRIPTORS);
  const program = process.argv[1] ?? '';
  const files = [process.execPath, program, fileURLToPath(import.meta.resolve('koffi'))];
  dropCapabilities(areOpenToAll(files) ? [] : [CAP_DAC_READ_SEARCH]);
  execute(process.execPath, [process.argv0, '--', program, ...args], fds);
}

/**
 * Whether the program's files can be read without capabilities. Below a folder that is its owner's alone, a home
 * for instance, root needs one.
 */
function areOpenToAll(files: readonly string[]): boolean {
  return withoutCapabilities(() => files.every(isOpen));
}

function isOpen(file: string): boolean {
  try {
    closeSync(openSync(file, 'r'));
    return true;
  } catch {
    return false;
  }
}
