import type { TestDaemon } from '../../world/daemon.js';
import type { Request } from './load.js';
import { type Answer, send } from './send.js';

/** Where an object is asked for, by the path of a request that changes it. */
const objects: readonly (readonly [RegExp, string])[] = [
  [/^\/containers\/(\w{64})/, '/containers/*/json'],
  [/^\/commit\?container=(\w+)/, '/containers/*/json'],
  [/^\/volumes\/([\w-]+)$/, '/volumes/*'],
  [/^\/images\/(im[\w:]+)/, '/images/*/json'],
];

/** Docker's words for what an object's state is in the way of. */
const conflicts =
  /is not running|is not paused|already paused|is paused|is restarting|in use|already running|being used|in progress|marked for removal/;

/** Whether a quiet daemon's answer is a success, or a refusal for a reason that can be seen. */
export async function isRefusedRightly(
  daemon: TestDaemon,
  { path, body }: Request,
  { status, body: said }: Answer,
): Promise<boolean> {
  if (status < 400) return true;
  const text = String(said);
  const name = /container name \W*([\w-]+)\W* is already in use/.exec(text)?.[1];
  if (name !== undefined) return exists(daemon, `/containers/${name}/json`);
  if (status === 404) return !(await isThere(daemon, path, body));
  // It was renamed before the daemon died.
  if (status === 400) return text.includes('the same name as its current name');
  return status === 409 && conflicts.test(text);
}

async function isThere(daemon: TestDaemon, path: string, body?: object): Promise<boolean> {
  if (path.startsWith('/containers/create')) {
    const { Image } = body as { Image: string };
    return exists(daemon, `/images/${Image}/json`);
  }
  for (const [pattern, where] of objects) {
    const name = pattern.exec(path)?.[1];
    if (name !== undefined) return exists(daemon, where.replace('*', name));
  }
  return true;
}

async function exists({ socket }: TestDaemon, path: string): Promise<boolean> {
  return (await send(socket, 'GET', path)).status === 200;
}
