import { existsSync, watch } from 'node:fs';
import { join } from 'node:path/posix';
import { OOM_FILE } from './conmon-command.js';

/** Notices that containers run out of memory; conmon leaves a file when the kernel kills a process for want of it. */
export class OomWatch {
  /** Calls back once, also if it has happened before. The file system's own notices cost nothing meanwhile. */
  watch(runDir: string, outOfMemory: () => void): { cancel(): void } {
    const path = join(runDir, OOM_FILE);
    let isOver = false;
    const look = () => {
      if (isOver || !existsSync(path)) return;
      cancel();
      outOfMemory();
    };
    // The folder may go at any time, with the container.
    const watcher = watch(runDir, { persistent: false }, look).on('error', () => {});
    const cancel = () => {
      isOver = true;
      watcher.close();
    };
    setImmediate(look);
    return { cancel };
  }
}
