import type { HostConfig } from '../../api/types/container.js';
import { System } from '../../base/errors.js';
import type { Children } from '../../native/children.js';
import { run } from '../../native/run.js';
import type { HostFacts } from './host-facts.js';
import { containerLimits } from './resources.js';
import type { Runtime } from './runtime.js';

const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
/** As many as the kernel can have at all (PID_MAX_LIMIT, linux/threads.h): crun 1.8 has no way to say "max". */
const NO_PIDS_LIMIT = 4_194_304;
/** The longest quota that the kernel takes, in microseconds (MAX_BW, linux/kernel/sched): crun 1.8 garbles -1. */
const NO_QUOTA_US = 2 ** 44 - 1;

/** What limits of running containers are changed with. */
export interface LiveLimitParts {
  /** The runtime of a container. */
  runtimeOf(id: string): Runtime;
  readonly facts: HostFacts;
  readonly children: Children;
}

/** Sets limits of containers that run; the runtime knows how this machine's control groups want it. */
export class LiveLimits {
  readonly #parts: LiveLimitParts;

  constructor(parts: LiveLimitParts) {
    this.#parts = parts;
  }

  /** Sets what is said, and leaves the rest. @throws System with the runtime's reason; then some of it may be set */
  async set(id: string, host: HostConfig): Promise<void> {
    const { children, facts } = this.#parts;
    const runtime = this.#parts.runtimeOf(id);
    const argv = [runtime.path, ...runtime.globalArguments, 'update', '--resources', '-', id];
    const free = host.PidsLimit != null && host.PidsLimit <= 0;
    const wanted = containerLimits(host, facts);
    const limits = {
      ...wanted,
      ...(free && { pids: { limit: NO_PIDS_LIMIT } }),
      ...(host.CpuQuota < 0 && { cpu: { ...wanted.cpu, quota: NO_QUOTA_US } }),
    };
    const { status, stderr } = await run(children, {
      file: runtime.file,
      argv,
      env: environment,
      input: JSON.stringify(limits),
      ...(runtime.namespace ? { mntnsFd: runtime.namespace.number } : {}),
    });
    if (status.code !== 0) throw new System(stderr.trim() || `${runtime.kind} update failed`);
  }
}
