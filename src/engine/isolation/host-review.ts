import type { HostConfig } from '../../api/types/container.js';
import { InvalidParameter } from '../../base/errors.js';
import { normalisedCapabilities } from './capabilities.js';
import type { IsolationDefaults } from './defaults.js';
import { checkLimits } from './limit-checks.js';
import type { LimitSupport } from './limit-support.js';
import { checkUlimits } from './rlimits.js';
import { parseSecurityOptions } from './security-options.js';
import { checkTmpfsPath } from './tmpfs.js';

/** What a container's settings are judged by. */
export interface ReviewFacts {
  readonly support: LimitSupport;
  readonly defaults: IsolationDefaults;
  /** Capabilities that we can hand out. */
  readonly capabilities: readonly string[];
  /** Whether containers have a user namespace unless they say otherwise. */
  readonly remapsUsers: boolean;
  /** @throws InvalidParameter for a runtime that isn't configured; empty is the default one */
  runtimeNamed(name: string): { readonly name: string };
}

/** Settings that a container can be made with. */
export interface ReviewedHost {
  readonly host: HostConfig;
  /** Docker's sentences, for the client. */
  readonly warnings: readonly string[];
}

/** A setting with a fixed set of values. */
interface Mode {
  readonly title: string;
  readonly of: (host: HostConfig) => string;
  readonly pattern: RegExp;
}

const modes: readonly Mode[] = [
  {
    title: 'IPC mode',
    of: ({ IpcMode }) => IpcMode,
    pattern: /^(|none|private|shareable|host|container:.+)$/,
  },
  { title: 'PID mode', of: ({ PidMode }) => PidMode, pattern: /^(|host|container:.+)$/ },
  { title: 'UTS mode', of: ({ UTSMode }) => UTSMode, pattern: /^(|host)$/ },
  { title: 'userns mode', of: ({ UsernsMode }) => UsernsMode, pattern: /^(|host)$/ },
  {
    title: 'cgroup namespace mode',
    of: ({ CgroupnsMode }) => CgroupnsMode,
    pattern: /^(|private|host)$/,
  },
];

/**
 * Checks the settings of a new container that have to do with isolation, fills in what was left out, and leaves
 * out what this machine can't do: Docker's checks at `create`, in its words. @throws InvalidParameter
 */
export function reviewHost(asked: HostConfig, facts: ReviewFacts): ReviewedHost {
  const { support, defaults } = facts;
  const { limits, warnings } = checkLimits(asked, support, false);
  for (const mode of modes) checkMode(mode, asked);
  checkNumbers(asked);
  checkUserNamespace(asked, facts);
  checkCapabilities(asked, facts);
  checkUlimits(asked.Ulimits ?? []);
  for (const path of Object.keys(asked.Tmpfs)) checkTmpfsPath(path);
  const host: HostConfig = {
    ...limits,
    MemorySwap: swapOf(limits),
    OomKillDisable: limits.OomKillDisable ?? (support.oomKillDisable ? false : null),
    ShmSize: asked.ShmSize || defaults.shmSize,
    IpcMode: asked.IpcMode || defaults.ipcMode,
    CgroupnsMode: asked.CgroupnsMode || cgroupnsDefault(asked, facts),
    SecurityOpt: [...asked.SecurityOpt, ...labelsOff(asked)],
    Runtime: facts.runtimeNamed(asked.Runtime).name,
  };
  parseSecurityOptions(host.SecurityOpt);
  const isLost = host.CgroupnsMode === 'private' && !support.cgroupNamespaces;
  return { host, warnings: isLost ? [...warnings, NO_CGROUPNS] : warnings };
}

const NO_CGROUPNS =
  'Your kernel does not support cgroup namespaces.  Cgroup namespace setting discarded.';

function checkMode({ title, of, pattern }: Mode, host: HostConfig): void {
  if (!pattern.test(of(host))) throw new InvalidParameter(`invalid ${title}: ${of(host)}`);
}

function checkNumbers({ ShmSize, OomScoreAdj }: HostConfig): void {
  if (ShmSize < 0) throw new InvalidParameter('SHM size can not be less than 0');
  if (OomScoreAdj < -1000 || OomScoreAdj > 1000) {
    throw new InvalidParameter(
      `Invalid value ${OomScoreAdj}, range for oom score adj is [-1000, 1000]`,
    );
  }
}

/** What a container in a user namespace of its own can't share with the host. */
function checkUserNamespace(host: HostConfig, { remapsUsers }: ReviewFacts): void {
  if (!remapsUsers || host.UsernsMode === 'host') return;
  const conflicts: [boolean, string][] = [
    [
      host.Privileged,
      'privileged mode is incompatible with user namespaces.  You must run the container in the host namespace when running privileged mode',
    ],
    [
      host.NetworkMode === 'host',
      "cannot share the host's network namespace when user namespaces are enabled",
    ],
    [
      host.PidMode === 'host',
      'cannot share the host PID namespace when user namespaces are enabled',
    ],
    // Docker finds out at the start, where the runtime can't mount the message queues.
    [
      host.IpcMode === 'host',
      'cannot share the host IPC namespace when user namespaces are enabled',
    ],
  ];
  const found = conflicts.find(([isSo]) => isSo);
  if (found) throw new InvalidParameter(found[1]);
}

/** Docker: twice the memory, shown as such. */
function swapOf({ Memory, MemorySwap }: HostConfig): number {
  return Memory > 0 && MemorySwap === 0 ? 2 * Memory : MemorySwap;
}

/** On v1 a container sees all groups by default, on v2 its own; a privileged one on v1 sees all whatever the daemon says. */
function cgroupnsDefault({ Privileged }: HostConfig, { support, defaults }: ReviewFacts): string {
  if (support.cgroupVersion === 1 && Privileged) return 'host';
  return defaults.cgroupnsMode || (support.cgroupVersion === 2 ? 'private' : 'host');
}

/** The names are kept as they were written. */
function checkCapabilities(host: HostConfig, { capabilities }: ReviewFacts): void {
  for (const field of ['CapAdd', 'CapDrop'] as const) {
    try {
      normalisedCapabilities(host[field], capabilities);
    } catch (error) {
      if (!(error instanceof InvalidParameter)) throw error;
      throw new InvalidParameter(`invalid ${field}: ${error.message}`);
    }
  }
}

/** Docker notes that a container which shares the host's processes or is privileged has no SELinux label. */
function labelsOff({ IpcMode, PidMode, Privileged, SecurityOpt }: HostConfig): string[] {
  const shares = IpcMode === 'host' || PidMode === 'host' || Privileged;
  return shares && !SecurityOpt.includes('label=disable') ? ['label=disable'] : [];
}
