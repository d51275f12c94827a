import { join } from 'node:path/posix';
import { Unavailable } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { Children } from '../../native/children.js';
import { canCompileSeccomp, compileSeccomp } from '../../native/seccomp/compile.js';
import { selectRules } from '../../native/seccomp/select.js';
import { CgroupLock } from './cgroup-lock.js';
import { CgroupTree } from './cgroups.js';
import { Conmon } from './conmon.js';
import { ContainerRecords } from './container-record.js';
import { Deletion } from './deletion.js';
import { ExitWatcher } from './exit-watcher.js';
import { type HostFacts, readHostFacts } from './host-facts.js';
import { ConmonLauncher } from './launcher.js';
import { defaultCapabilities } from './profile/capabilities.js';
import { defaultSeccompProfile } from './profile/seccomp.js';
import { findProgram, Runtime } from './runtime.js';
import { SeccompCache } from './seccomp-cache.js';

/** Where the launcher works and with what. */
export interface LauncherOptions {
  /** A folder of its own under the exec root, on a file system that a reboot empties. */
  readonly folder: string;
  /** OCI runtimes in the order of preference, names or paths. Default crun, then runc. */
  readonly runtimes?: readonly string[];
  /** Name or path of conmon. Default `conmon`. */
  readonly conmon?: string;
  readonly children: Children;
  readonly logger: Logger;
}

/** A launcher, and what it keeps open. */
export interface OpenedLauncher extends Disposable {
  readonly launcher: ConmonLauncher;
  readonly runtime: Runtime;
}

/**
 * Finds the programs and puts the launcher together. The exec root and the data root must be shared mounts
 * by now (`ensureShared`), and libuv's pool threads started. @throws Unavailable when a program is missing
 */
export async function openLauncher(options: LauncherOptions): Promise<OpenedLauncher> {
  const { folder, children, logger } = options;
  const path = findProgram(options.conmon ?? 'conmon');
  if (path === undefined) throw new Unavailable('conmon not found: install it');
  const cgroups = new CgroupTree();
  const runtime = await Runtime.find({
    programs: options.runtimes ?? ['crun', 'runc'],
    stateRoot: join(folder, 'runtime'),
    children,
    cgroups,
    precompiles: canCompileSeccomp(),
  });
  const records = new ContainerRecords(join(folder, 'containers'));
  const exits = new ExitWatcher(join(folder, 'exits'));
  const seccomp = new SeccompCache(compileSeccomp);
  const facts = readHostFacts(cgroups);
  if (runtime.takesCompiledSeccomp) warmSoon(seccomp, facts);
  const launcher = new ConmonLauncher({
    runtime,
    conmon: new Conmon({ path, children, runtime }),
    deletion: new Deletion({ runtime, conmon: path, cgroups, exits, records, logger }),
    cgroups,
    cgroupLock: CgroupLock.ofThisMachine(),
    exits,
    records,
    seccomp,
    facts,
    logger,
  });
  return {
    launcher,
    runtime,
    [Symbol.dispose]() {
      exits[Symbol.dispose]();
      runtime[Symbol.dispose]();
    },
  };
}

/** The first container should not have to wait for the compiler, nor the daemon's start. */
function warmSoon(seccomp: SeccompCache, { arch, kernel }: HostFacts): void {
  const subject = { arch, kernel, capabilities: defaultCapabilities };
  setImmediate(() => seccomp.warm(selectRules(defaultSeccompProfile(), subject)));
}
