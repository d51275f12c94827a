import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { InvalidParameter } from '../base/errors.js';

/**
 * A kernel parameter: a dotted key, or its path elements where one has dots of its own, e.g.
 * `['net', 'ipv4', 'conf', 'br-1.2', 'route_localnet']`. As in sysctl(8) a key with a slash anywhere has `/`
 * for separator and may have dots in its elements: `net/ipv4/conf/br-1.2/route_localnet`.
 */
export type SysctlKey = string | readonly string[];

/**
 * Kernel parameters under /proc/sys. Those of `net` belong to the network namespace that the calling thread
 * is in: see `Namespaces.run`.
 */
export interface Sysctls {
  /** The value without its line end. @throws Node's system error, ENOENT if the kernel has no such key */
  read(key: SysctlKey): string;
  /** Sets a value. @throws Node's system error: EINVAL for a value that the kernel refuses, EACCES, EROFS */
  write(key: SysctlKey, value: string): void;
  /** Whether the kernel has the key, here. */
  exists(key: SysctlKey): boolean;
}

/** The kernel's parameters themselves. */
export const sysctls: Sysctls = {
  read: (key) => readFileSync(sysctlPath(key), 'utf8').replace(/\n$/, ''),
  write: (key, value) => writeFileSync(sysctlPath(key), value),
  exists: (key) => existsSync(sysctlPath(key)),
};

/** The file of a key. @throws InvalidParameter for one that could name a file elsewhere */
export function sysctlPath(key: SysctlKey): string {
  const segments = typeof key === 'string' ? key.split(key.includes('/') ? '/' : '.') : key;
  if (segments.length === 0 || !segments.every(isSafeSegment)) {
    throw new InvalidParameter(`invalid sysctl key: ${JSON.stringify(key)}`);
  }
  return `/proc/sys/${segments.join('/')}`;
}

function isSafeSegment(segment: string): boolean {
  return segment !== '' && segment !== '.' && segment !== '..' && !/[/\0]/.test(segment);
}
