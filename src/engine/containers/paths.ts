import { join } from 'node:path';
import { shortId } from '../../base/ids.js';
import type { SandboxFiles } from '../../cnm/model.js';
import type { ContainersContext } from './context.js';

/** Sockets, pid and bundle of a running container. Short, because socket paths have a limit of 107 bytes. */
export function runDirOf(context: ContainersContext, { id }: { readonly id: string }): string {
  return join(context.settings.runDir, shortId(id));
}

/** The file that holds the container's output. */
export function logPathOf(context: ContainersContext, { id }: { readonly id: string }): string {
  return join(context.settings.containersDir, id, `${id}-json.log`);
}

/** Where the files mounted over `/etc` are kept. */
export function filesOf(containersDir: string, id: string): SandboxFiles {
  const file = (name: string) => join(containersDir, id, name);
  return { hosts: file('hosts'), resolvConf: file('resolv.conf'), hostname: file('hostname') };
}
