import { join } from 'node:path/posix';
import { Unavailable } from '../../base/errors.js';
import type { IdMaps } from '../../base/id-mapping.js';
import type { Logger } from '../../base/logger.js';
import type { Children } from '../../native/children.js';
import { canCompileSeccomp, compileSeccomp } from '../../native/seccomp/compile.js';
import { selectRules } from '../../native/seccomp/select.js';
import { hostAppArmor, usableProfiles } from './apparmor/load.js';
import { CgroupLock } from './cgroup-lock.js';
import { CgroupTree } from './cgroups.js';
import { Conmon } from './conmon.js';
import { ContainerRecords } from './container-record.js';
import { dockerDefaults, type IsolationDefaults } from './defaults.js';
import { Deletion } from './deletion.js';
import { ContainerExecs } from './execs.js';
import { ExitWatcher } from './exit-watcher.js';
import { type HostFacts, readHostFacts } from './host-facts.js';
import { ConmonLauncher } from './launcher.js';
import { LiveLimits } from './live-limits.js';
import { OomWatch } from './oom-watch.js';
import { RuntimeProbes } from './probes.js';
import { defaultCapabilities } from './profile/capabilities.js';
import { defaultSeccompProfile } from './profile/seccomp.js';
import { findProgram } from './runtime.js';
import { RuntimeExecs } from './runtime-exec.js';
import { RuntimeList, type RuntimeWishes } from './runtime-list.js';
import { SeccompCache } from './seccomp-cache.js';

/** Where the launcher works and with what. */
export interface LauncherOptions {
  /** A folder of its own under the exec root, on a file system that a reboot empties. */
  readonly folder: string;
  /** OCI runtimes; by default crun and runc, the first that works for containers that name none. */
  readonly runtimes?: RuntimeWishes;
  /** What containers have that ask for nothing; by default what Docker's have. */
  readonly defaults?: IsolationDefaults;
  /** Name or path of conmon. Default `conmon`. */
  readonly conmon?: string;
  /** What ids of containers are on the host, but for those in its user namespace; absent: the same. */
  readonly maps?: IdMaps | undefined;
  readonly children: Children;
  readonly logger: Logger;
}

/** A launcher, and what it keeps open. */
export interface OpenedLauncher extends Disposable {
  readonly launcher: ConmonLauncher;
  readonly probes: RuntimeProbes;
  readonly limits: LiveLimits;
  readonly memory: OomWatch;
  readonly runtimes: RuntimeList;
}

const noWishes: RuntimeWishes = { configured: [], fallback: '' };

/**
 * Finds the programs and puts the launcher together. The exec root and the data root must be shared mounts
 * by now (`ensureShared`), and libuv's pool threads started. @throws Unavailable when a program is missing
 */
export async function openLauncher(options: LauncherOptions): Promise<OpenedLauncher> {
  const { folder, children, logger } = options;
  const path = findProgram(options.conmon ?? 'conmon');
  if (path === undefined) throw new Unavailable('conmon not found: install it');
  const cgroups = new CgroupTree();
  const runtimeOptions = {
    stateRoot: join(folder, 'runtime'),
    children,
    cgroups,
    precompiles: canCompileSeccomp(),
    remapsUsers: options.maps !== undefined,
  };
  const runtimes = await RuntimeList.open(runtimeOptions, options.runtimes ?? noWishes);
  runtimes.tellFlaws(logger);
  const records = new ContainerRecords(join(folder, 'containers'));
  for (const id of records.known()) {
    const program = records.find(id)?.runtime;
    if (program) await runtimes.remembered(runtimeOptions, program);
  }
  const exits = new ExitWatcher(join(folder, 'exits'));
  const seccomp = new SeccompCache(compileSeccomp);
  const profiles = await usableProfiles(hostAppArmor(children), logger);
  const facts = {
    ...readHostFacts(cgroups),
    maps: options.maps,
    ...(profiles && { apparmorProfiles: profiles }),
  };
  if (runtimes.preferred.takesCompiledSeccomp) warmSoon(seccomp, facts);
  const runtimeOf = (id: string) => runtimes.of(records.find(id)?.runtime);
  const conmon = new Conmon({ path, children });
  const shell = findProgram('sh');
  const runtimeExecs = shell === undefined ? undefined : new RuntimeExecs({ children, shell });
  const launcher = new ConmonLauncher({
    runtimes,
    conmon,
    execs: new ContainerExecs({ runtimeOf, records, facts, conmon, runtimeExecs }),
    deletion: new Deletion({ runtimes, conmon: path, cgroups, exits, records, logger }),
    cgroups,
    cgroupLock: CgroupLock.ofThisMachine(),
    exits,
    records,
    seccomp,
    facts,
    defaults: options.defaults ?? dockerDefaults,
    logger,
  });
  return {
    launcher,
    probes: new RuntimeProbes({ runtimeOf, records, facts, children }),
    limits: new LiveLimits({ runtimeOf, facts, children }),
    memory: new OomWatch(),
    runtimes,
    [Symbol.dispose]() {
      exits[Symbol.dispose]();
      runtimes[Symbol.dispose]();
    },
  };
}

/** The first container should not have to wait for the compiler, nor the daemon's start. */
function warmSoon(seccomp: SeccompCache, { arch, kernel }: HostFacts): void {
  const subject = { arch, kernel, capabilities: defaultCapabilities };
  setImmediate(() => seccomp.warm(selectRules(defaultSeccompProfile(), subject)));
}
