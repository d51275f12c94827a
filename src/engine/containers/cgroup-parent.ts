import { InvalidParameter } from '../../base/errors.js';

/** Of a file's name in bytes (NAME_MAX), and what of a path (PATH_MAX, 4096) is left for trees and the container's own group. */
const longestName = 255;
const longestPath = 3500;

/**
 * Refuses a control group that can't be made, and whose container could therefore not be taken apart either.
 * @throws InvalidParameter
 */
export function checkCgroupParent(path: string): void {
  const isTooLong =
    Buffer.byteLength(path) > longestPath ||
    path.split('/').some((name) => Buffer.byteLength(name) > longestName);
  if (isTooLong) throw new InvalidParameter('invalid cgroup-parent: the path is too long');
  if (!/\p{Cc}/u.test(path)) return;
  throw new InvalidParameter(
    `invalid cgroup-parent ${JSON.stringify(path)}: control characters can't be in it`,
  );
}
