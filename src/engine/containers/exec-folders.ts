import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import { PID_FILE } from '../isolation/conmon-command.js';
import type { ContainersContext } from './context.js';

/** How often to look whether one of those has ended that an earlier daemon has started. */
const AGAIN_MS = 60_000;

/**
 * At start: removes what is left of programs in running containers that an earlier daemon has started, now if they have
 * ended, else later: nobody waits for their end.
 */
export async function sweepExecFolders(
  context: ContainersContext,
  alive: ReadonlySet<string>,
): Promise<void> {
  const all = [...alive].map((id) => foldersIn(join(context.settings.runDir, shortId(id))));
  await sweep(context, (await Promise.all(all)).flat());
}

async function foldersIn(runDir: string): Promise<string[]> {
  const names = await readdir(runDir).catch(() => []);
  return names.filter((name) => /^[0-9a-f]{64}$/.test(name)).map((name) => join(runDir, name));
}

/** Never looks at others than these: one of a program that is just being started has no pid yet. */
async function sweep(context: ContainersContext, folders: readonly string[]): Promise<void> {
  const left: string[] = [];
  for (const folder of folders) {
    if (await isRunning(folder)) left.push(folder);
    else await rm(folder, { recursive: true, force: true });
  }
  if (left.length === 0) return;
  context.timers.after(AGAIN_MS, () => {
    sweep(context, left).catch((error: unknown) => {
      context.logger.warn('folders of programs not removed', { error: messageOf(error) });
    });
  });
}

/** Whether there is a process of the number that conmon has written down for a program. */
async function isRunning(folder: string): Promise<boolean> {
  const pid = (await readFile(join(folder, PID_FILE), 'utf8').catch(() => '')).trim();
  return /^\d+$/.test(pid) && existsSync(`/proc/${pid}`);
}
