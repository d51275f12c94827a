import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/** Names that Node has otherwise or not at all (asm-generic/errno.h, linux/errno.h). */
const kernelNames: Readonly<Record<number, string>> = { 95: 'EOPNOTSUPP', 524: 'ENOTSUPP' };

/** The name of an errno as the kernel's headers have it: `EEXIST` for 17; `E1234` for an unknown one. */
export function errnoName(errno: number): string {
  const known = Object.entries(constants.errno).find(([, number]) => number === errno)?.[0];
  return kernelNames[errno] ?? known ?? `E${errno}`;
}

/** What is needed to say what went wrong. */
export interface NetlinkFailure {
  /** What was attempted, in the words of the interface: `addLink web0`. */
  readonly operation: string;
  /** Positive. */
  readonly errno: number;
  /** The kernel's own explanation (extended acknowledgement), if it gave one. */
  readonly kernelMessage?: string | undefined;
}

/** A request that the kernel refused, or a socket that failed. */
export class NetlinkError extends Error {
  override readonly name = 'NetlinkError';
  /** Positive, as in errno(3). */
  readonly errno: number;
  /** Its name: `EEXIST`, `ENODEV`, `EPERM`, ... */
  readonly code: string;
  /** What was attempted: `addLink web0`. */
  readonly operation: string;
  /** The kernel's explanation (NLMSGERR_ATTR_MSG): `Invalid prefix for given prefix length`, ... */
  readonly kernelMessage: string | undefined;

  constructor({ operation, errno, kernelMessage }: NetlinkFailure) {
    const code = errnoName(errno);
    const plain = getSystemErrorMap().get(-errno)?.[1];
    super([`${operation}: ${code}`, plain, kernelMessage].filter(Boolean).join(': '));
    this.errno = errno;
    this.code = code;
    this.operation = operation;
    this.kernelMessage = kernelMessage;
  }
}
