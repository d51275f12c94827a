import type { HostConfig } from '../../api/types/container.js';
import { InvalidParameter } from '../../base/errors.js';

/** Let anybody ping and listen on any port: inside a network namespace of its own that harms nobody. */
function networkDefaults({ lastGroup }: SysctlScope): Record<string, string> {
  return {
    'net.ipv4.ip_unprivileged_port_start': '0',
    'net.ipv4.ping_group_range': `0 ${lastGroup}`,
  };
}

const ipcNames =
  /^(kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|fs\.mqueue\..+)$/;

/** Which namespaces the settings would go to. */
export interface SysctlScope {
  /** `own`: made for this container; `joined`: another one's, already set up; `host`. */
  readonly network: 'own' | 'joined' | 'host';
  readonly hostIpc: boolean;
  /** The highest group that there is, of those that follow one another from 0 on. */
  readonly lastGroup: number;
  /** Whether the kernel has a setting. */
  has(name: string): boolean;
}

/** The kernel settings of a container: Docker's defaults and the user's. @throws InvalidParameter for those that would reach the host */
export function containerSysctls(
  asked: HostConfig['Sysctls'],
  scope: SysctlScope,
): Record<string, string> {
  for (const name of Object.keys(asked ?? {})) check(name, scope);
  const defaults = Object.entries(networkDefaults(scope)).filter(
    ([name]) => scope.network === 'own' && scope.has(name),
  );
  return { ...Object.fromEntries(defaults), ...asked };
}

function check(name: string, scope: SysctlScope): void {
  if (name.startsWith('net.')) {
    if (scope.network !== 'host') return;
    throw new InvalidParameter(`sysctl "${name}" not allowed in host network namespace`);
  }
  if (!ipcNames.test(name)) {
    throw new InvalidParameter(`sysctl "${name}" is not in a separate kernel namespace`);
  }
  if (scope.hostIpc) {
    throw new InvalidParameter(`sysctl "${name}" is not allowed in the hosts ipc namespace`);
  }
}
