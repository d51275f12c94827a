import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { TtySize } from '../../api/server/backend.js';
import { Conflict } from '../../base/errors.js';
import { isErrno } from '../../native/libc.js';

/** First number of a line in conmon's fifo (conmon: ctrl.h). */
const WINDOW_SIZE = 1;
const REOPEN_LOGS = 2;

/** Tells the size of a terminal. `subject` is what isn't running if conmon isn't there. @throws Conflict */
export function tellSize(fifo: string, { rows, columns }: TtySize, subject: string): void {
  tell(fifo, [WINDOW_SIZE, rows, columns], subject);
}

/** Has the log file opened anew under its name; conmon makes it. @throws Conflict */
export function tellReopenLog(fifo: string, subject: string): void {
  tell(fifo, [REOPEN_LOGS, 0, 0], subject);
}

function tell(fifo: string, numbers: readonly number[], subject: string): void {
  try {
    const fd = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      writeSync(fd, `${numbers.join(' ')}\n`);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    if (!isErrno(cause, 'ENOENT', 'ENXIO')) throw cause;
    throw new Conflict(`${subject} is not running`, { cause });
  }
}
