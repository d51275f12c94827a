import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Unavailable } from '../../base/errors.js';
import type { RunToolSync } from '../../native/iptables-wrapper/index.js';
import { runSync } from '../../native/run-sync.js';

const folders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'];

/** Which of the two implementations the host's `iptables` is: on top of nf_tables, or the kernel's older one. */
export type IptablesVariant = 'nft' | 'legacy';

/** iptables and what belongs to it, as the host has them. */
export interface IptablesTools {
  readonly variant: IptablesVariant;
  readonly run: RunToolSync;
}

/** Looks at what the host has. @throws Unavailable if a program is missing or does not run */
export function findIptables(families: readonly (4 | 6)[]): IptablesTools {
  const missing = families.flatMap((family) => {
    const name = family === 6 ? 'ip6tables' : 'iptables';
    return [name, `${name}-restore`, `${name}-save`].filter((program) => !pathOf(program));
  });
  if (missing.length > 0) {
    throw new Unavailable(
      `firewall backend iptables: ${missing.join(', ')} not found: install iptables or use --firewall-backend=nftables`,
    );
  }
  const version = families.includes(4) ? 'iptables' : 'ip6tables';
  const { status, stdout, stderr } = runTool({
    command: [version, '--version'],
    input: '',
    timeoutMs: 5000,
  });
  if (status !== 0) throw new Unavailable(`${version} --version: ${stderr.trim()}`);
  return { variant: stdout.includes('nf_tables') ? 'nft' : 'legacy', run: runTool };
}

/** Whether the host has the programs at all. */
export function hasIptables(): boolean {
  return ['iptables-restore', 'ip6tables-restore'].every(pathOf);
}

/** Runs a program by its name in the namespace that the thread is in. @throws Unavailable if there is none */
export const runTool: RunToolSync = ({ command, input, timeoutMs }) => {
  const [name = ''] = command;
  const file = pathOf(name);
  if (file === undefined) throw new Unavailable(`${name} not found`);
  const env = { PATH: folders.join(':') };
  const result = runSync({ file, argv: command, env, input, timeoutMs });
  return { ...result, status: result.status?.code };
};

function pathOf(program: string): string | undefined {
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}
