import { posix } from 'node:path';

/*
 * Paths as Docker's `cp` reads them: a slash at the end, or `/.`, says that a folder is meant, and of `/.` that its
 * contents are. Cleaning a path must not lose that.
 */

/** Whether a path ends in `.`: the contents of a folder. */
export function meansContents(path: string): boolean {
  return path === '' || posix.basename(path) === '.';
}

/** Whether a path ends in a slash. */
export function endsInSlash(path: string): boolean {
  return path.endsWith('/');
}

/** Whether a path says of itself that it is a folder. */
export function meansFolder(path: string): boolean {
  return endsInSlash(path) || meansContents(path);
}

/** A path that was cleaned, with the end that the user gave it. */
export function withEnd(cleaned: string, given: string): string {
  const slash = cleaned.endsWith('/') ? '' : '/';
  if (meansContents(given) && !meansContents(cleaned)) return `${cleaned}${slash}.`;
  return endsInSlash(given) ? `${cleaned}${slash}` : cleaned;
}

/** An absolute path on this machine, with the end that the user gave it. */
export function localPath(path: string): string {
  const absolute = posix.resolve(path);
  return withEnd(absolute, path);
}

/** The folder and the name of what a path means; of `/a/.` these are `/a` and `.`. */
export function splitPath(path: string): { folder: string; name: string } {
  const cleaned = posix.normalize(path).replace(/(?<=.)\/$/, '');
  if (!meansContents(path)) return { folder: posix.dirname(cleaned), name: nameOf(cleaned) };
  return { folder: cleaned, name: '.' };
}

/** The last name; a slash for the root. */
export function nameOf(path: string): string {
  return posix.basename(path) || '/';
}

/**
 * What a link leads to, with the end of the path that named it, and the name that the copy shall have if it is
 * another than the target's.
 */
export function followed(path: string, target: string): { path: string; rename: string } {
  const end = withEnd(target, path);
  return { path: end, rename: nameOf(path) === nameOf(end) ? '' : nameOf(path) };
}

/**
 * Takes an argument apart. A colon after the first name means a container; a path that has one must begin with a
 * slash or a dot.
 */
export function splitArgument(argument: string): { container: string; path: string } {
  const colon = argument.indexOf(':');
  const isLocal = argument.startsWith('/') || argument.startsWith('.') || colon === -1;
  if (isLocal) return { container: '', path: argument };
  return { container: argument.slice(0, colon), path: argument.slice(colon + 1) };
}
