import { constants, ftruncateSync, mkdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Conflict, System } from '../base/errors.js';
import { Fd } from '../native/fd.js';
import { tryLock } from './lock.js';

/**
 * Writes our number into the pid file, for scripts and people. Whether the file of another daemon counts is told
 * by its lock and not by the number, which may be another program's by now. @throws Conflict if it is held
 */
export function claimPidfile(path: string): Disposable {
  const file = open(path);
  if (!tryLock(file, path)) {
    file.close();
    throw new Conflict(
      `process with PID ${readFileSync(path, 'utf8')} is still running: stop it, or choose another --pidfile than ${path}`,
    );
  }
  ftruncateSync(file.number);
  writeSync(file.number, String(process.pid));
  return {
    [Symbol.dispose]() {
      rmSync(path, { force: true });
      file.close();
    },
  };
}

function open(path: string): Fd {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return Fd.open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
  } catch (error) {
    throw new System(`cannot use pidfile ${path}`, { cause: error });
  }
}
