import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../netns-tests/world/command.js';
import { mountsBelow } from '../../netns-tests/world/daemon.js';

/** The folder that a run of the bench works in. It goes with all that is mounted below it. */
export class WorkFolder implements AsyncDisposable {
  /** Short, because a socket's path has a limit of 107 bytes. */
  readonly path = mkdtempSync(join(tmpdir(), 'tsb-'));

  async [Symbol.asyncDispose](): Promise<void> {
    for (const point of mountsBelow(this.path)) await run(['umount', '--lazy', point]);
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
