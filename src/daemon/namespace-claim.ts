import { constants, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Conflict } from '../base/errors.js';
import { Fd } from '../native/fd.js';
import { tryLock, waitForLock } from './lock.js';

/**
 * Where daemons of all roots meet. Only root may enter: an address in the namespace, which is simpler, could be taken
 * by anybody there, such as a program in a container with the host's network.
 */
const defaultFolder = '/run/tsnetd.claims';

/**
 * Sees that one daemon alone works on the calling thread's network namespace: a second one would put its own rules in
 * place of the first one's. The claim ends with the process, however that ends. @throws Conflict if there is one
 */
export function claimNamespace(folder = defaultFolder): Disposable {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `net-${statSync('/proc/thread-self/ns/net').ino}`);
  const file = inFolder(folder, () => {
    dropStale(folder);
    return lock(path);
  });
  if (!file)
    throw new Conflict(
      'another tsnetd works in this network namespace: stop it, or start this one in a namespace of its own',
    );
  return {
    [Symbol.dispose]() {
      inFolder(folder, () => rmSync(path, { force: true }));
      file.close();
    },
  };
}

/** Files come and go while nobody else looks. */
function inFolder<T>(folder: string, work: () => T): T {
  using place = Fd.open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  waitForLock(place, folder);
  return work();
}

/** Claims of daemons that were killed: their locks have gone with them. */
function dropStale(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    using file = lock(path);
    if (file) rmSync(path, { force: true });
  }
}

/** The open and locked file; undefined if somebody else has the lock. */
function lock(path: string): Fd | undefined {
  const file = Fd.open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  if (tryLock(file, path)) return file;
  file.close();
  return undefined;
}
