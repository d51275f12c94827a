import { Conflict } from '../base/errors.js';

/**
 * Names an interface in a sandbox: as wished, or the prefix and the lowest free number.
 * @param taken names in the sandbox already
 * @throws Conflict if the wished name is taken
 */
export function nameInterface(
  prefix: string,
  wanted: string | undefined,
  taken: readonly string[],
): string {
  if (wanted !== undefined && taken.includes(wanted)) {
    throw new Conflict(`the container already has an interface named ${wanted}`);
  }
  return wanted ?? lowestFree(prefix, taken);
}

function lowestFree(prefix: string, taken: readonly string[]): string {
  let number = 0;
  while (taken.includes(`${prefix}${number}`)) number++;
  return `${prefix}${number}`;
}
