import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Conflict } from '../base/errors.js';

/** Claims the pid file, so that no second daemon works on the same folders. @throws Conflict if one does */
export function claimPidfile(path: string): Disposable {
  const holder = runningDaemon(path);
  if (holder !== undefined) {
    throw new Conflict(
      `process with PID ${holder} is still running: ensure tsnetd is not running or delete ${path}`,
    );
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, String(process.pid));
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
}

/** The daemon that the file names, if it is one and runs. A killed one leaves its file behind. */
function runningDaemon(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    if (pid === process.pid) return undefined;
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('tsnetd') ? pid : undefined;
  } catch {
    return undefined;
  }
}
