/** What the kernel says of things that aren't there (errno(3)). */
const goneCodes = ['ENODEV', 'ENOENT', 'ESRCH', 'EADDRNOTAVAIL', 'ENXIO'];

/** Whether an undo failed because what it was to remove is not there any more. */
export function isGone(error: unknown): boolean {
  return hasCode(error, goneCodes);
}

/** Whether something was refused because it stands there already. */
export function alreadyExists(error: unknown): boolean {
  return hasCode(error, ['EEXIST']);
}

/** Whether something was refused because the link is not up. */
export function isDown(error: unknown): boolean {
  return hasCode(error, ['ENETDOWN']);
}

/** Whether the kernel doesn't know how to do such a thing at all. */
export function isUnsupported(error: unknown): boolean {
  return hasCode(error, ['EOPNOTSUPP', 'ENOTSUPP']);
}

/** Whether something is in use by others. */
export function isBusy(error: unknown): boolean {
  return hasCode(error, ['EBUSY']);
}

/** Whether the kernel can't do it with these arguments. */
export function isInvalid(error: unknown): boolean {
  return hasCode(error, ['EINVAL']);
}

/** System errors, Node's and ours, carry the errno's name in `code`. */
function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
