import { InvalidParameter } from '../../../base/errors.js';

/** How mounts travel between the host and the container (mount_namespaces(7)). */
export const propagations = ['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared'];
/** What a bind mount has if nobody asks for another propagation. */
export const defaultPropagation = 'rprivate';

/** Words of the third part of `-v`, by what they say; one of each at most. */
const groups: readonly (readonly string[])[] = [
  ['rw', 'ro'],
  ['z', 'Z'],
  propagations,
  ['nocopy'],
  // For other systems than Linux; they change nothing here.
  ['consistent', 'cached', 'delegated', 'default'],
];

/** Whether a text can be the third part of `-v`. */
export function isMode(mode: string): boolean {
  if (mode === '') return true;
  const found = mode.split(',').map((word) => groups.findIndex((group) => group.includes(word)));
  return !found.includes(-1) && new Set(found).size === found.length;
}

/** The third part of `-v`, read. */
export interface Mode {
  readonly readOnly: boolean;
  /** Undefined if nothing is said of it. */
  readonly propagation: string | undefined;
  readonly noCopy: boolean;
}

/** @throws InvalidParameter `invalid mode: fast` */
export function parseMode(mode: string): Mode {
  if (!isMode(mode)) throw new InvalidParameter(`invalid mode: ${mode}`);
  const words = mode.split(',');
  return {
    readOnly: words.includes('ro'),
    propagation: words.find((word) => propagations.includes(word)),
    noCopy: words.includes('nocopy'),
  };
}
