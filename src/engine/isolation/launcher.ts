import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import type { AttachedStreams, TtySize } from '../../api/server/backend.js';
import type { HostConfig } from '../../api/types/container.js';
import { Conflict, NotFound, System } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { signalProcess } from '../../native/pidfd.js';
import { attachTo } from './attach.js';
import type { CgroupLock } from './cgroup-lock.js';
import type { CgroupTree } from './cgroups.js';
import type { Conmon } from './conmon.js';
import { CONTROL_FIFO, OOM_FILE, RUNTIME_LOG } from './conmon-command.js';
import { tellReopenLog, tellSize } from './conmon-control.js';
import type { ContainerRecord, ContainerRecords } from './container-record.js';
import type { ExecRequest, Exit, LaunchedExec, Launcher, LaunchRequest } from './contract.js';
import type { IsolationDefaults } from './defaults.js';
import { type Deletion, isLost, SPEC_FILE } from './deletion.js';
import type { ContainerExecs } from './execs.js';
import type { ExitFile, ExitWatcher } from './exit-watcher.js';
import { freezeGroup } from './freezing.js';
import type { HostFacts } from './host-facts.js';
import { type ReviewedHost, reviewHost } from './host-review.js';
import { launchSpec } from './launch-spec.js';
import { type CheckedLimits, checkLimits } from './limit-checks.js';
import { specText } from './oci.js';
import { isRunning, processState } from './processes.js';
import type { LimitSettings } from './resources.js';
import type { Runtime } from './runtime.js';
import { creationError } from './runtime-errors.js';
import type { RuntimeList } from './runtime-list.js';
import type { SeccompCache } from './seccomp-cache.js';
import { openSharedMemory } from './shared-memory.js';
import { signalNumber } from './signals.js';
import { handOverStreams } from './stream-owner.js';

/** What the launcher is made of. */
export interface LauncherParts {
  readonly runtimes: RuntimeList;
  readonly conmon: Conmon;
  readonly deletion: Deletion;
  readonly execs: ContainerExecs;
  readonly cgroups: CgroupTree;
  readonly cgroupLock: CgroupLock;
  readonly exits: ExitWatcher;
  readonly records: ContainerRecords;
  readonly seccomp: SeccompCache;
  readonly facts: HostFacts;
  readonly defaults: IsolationDefaults;
  readonly logger: Logger;
}

const SIGKILL = 9;
/** 128 + SIGKILL: the exit code of a container whose monitor was killed, as nobody saw how it ended. */
const LOST = 137;
/** Containers by an OCI runtime under conmon. */
export class ConmonLauncher implements Launcher {
  readonly #parts: LauncherParts;
  /** Those that were sent a SIGKILL. */
  readonly #doomed = new Set<string>();

  constructor(parts: LauncherParts) {
    this.#parts = parts;
  }

  review(host: HostConfig): ReviewedHost {
    const { facts, defaults, runtimes } = this.#parts;
    return reviewHost(host, {
      ...facts,
      defaults,
      remapsUsers: facts.maps !== undefined,
      runtimeNamed: (name) => runtimes.named(name),
    });
  }

  reviewLimits<T extends LimitSettings>(limits: T): CheckedLimits<T> {
    return checkLimits(limits, this.#parts.facts.support, true);
  }

  expect(): void {
    this.#parts.cgroupLock.takeEarly();
  }

  async create(request: LaunchRequest): Promise<{ pid: number }> {
    const { conmon, exits, facts, records, runtimes } = this.#parts;
    const { spec: input, runDir } = request;
    const runtime = runtimes.named(input.host.Runtime);
    const { id, args, cgroupsPath } = input;
    mkdirSync(runDir, { recursive: true, mode: 0o700 });
    if (request.logPath) mkdirSync(dirname(request.logPath), { recursive: true });
    const spec = launchSpec(request, runtime, openSharedMemory(request, facts.maps), this.#parts);
    writeFileSync(join(runDir, SPEC_FILE), specText(spec));
    for (const old of [OOM_FILE, RUNTIME_LOG]) rmSync(join(runDir, old), { force: true });
    exits.clear(id);
    const { tty, openStdin, stdinOnce, logPath } = request;
    const supervision = {
      runtime,
      id,
      uuid: id,
      folder: runDir,
      tty,
      openStdin,
      keepStdin: tty || !stdinOnce,
      log: logPath === undefined ? 'none' : `k8s-file:${logPath}`,
      exitFolder: exits.folder,
    };
    const { process } = spec;
    const pid = await conmon
      .create(supervision, (said) => creationError(said, { ...process, args }))
      .finally(() => runtime.takeBackDevices());
    if (input.usernsPath && facts.maps) handOverStreams(pid, spec.process.user, facts.maps);
    const processes = this.#identify(pid);
    const made = { runDir, cgroupsPath, tty, openStdin, stdinOnce, runtime: runtime.program };
    records.put(id, { ...made, ...processes });
    return { pid };
  }

  start(id: string): Promise<void> {
    return this.#runtimeOf(id).start(id);
  }

  async exited(id: string): Promise<Exit> {
    const { exits, records } = this.#parts;
    const record = records.find(id);
    const file = exits.read(id);
    if (!record && !file) throw new NotFound(`container ${id} was never created`);
    const exit = file ?? (await exits.wait(id, () => record !== undefined && isLost(record)));
    return this.#exitOf(record, exit);
  }

  async kill(id: string, signal: string): Promise<void> {
    const number = signalNumber(signal);
    const { init, cgroupsPath } = this.#parts.records.get(id);
    const there = signalProcess({ pid: init.pid, startTime: BigInt(init.startTime) }, number);
    if (!there) throw new Conflict(`container ${id} is not running`);
    if (number !== SIGKILL) return;
    this.#doomed.add(id);
    // A frozen process of a v1 group does not even die.
    if (this.#parts.cgroups.isFrozen(cgroupsPath)) {
      this.#parts.cgroups.freeze(cgroupsPath, false);
    }
  }

  async pause(id: string): Promise<void> {
    const { cgroups, records } = this.#parts;
    const { cgroupsPath } = records.get(id);
    await freezeGroup(cgroups, { id, cgroupsPath, isDoomed: () => this.#doomed.has(id) });
  }

  async resume(id: string): Promise<void> {
    const { cgroups, records } = this.#parts;
    cgroups.freeze(records.get(id).cgroupsPath, false);
  }

  delete(id: string, runDir = ''): Promise<void> {
    this.#doomed.delete(id);
    return this.#parts.deletion.delete(id, runDir);
  }

  sweep(keep: ReadonlySet<string>): Promise<void> {
    return this.#parts.deletion.sweep(keep);
  }

  async pids(id: string): Promise<number[]> {
    const { cgroups, records } = this.#parts;
    return cgroups.pids(records.get(id).cgroupsPath);
  }

  async attach(
    id: string,
    options: { tty: boolean; stdin: boolean; stdinOnce: boolean },
  ): Promise<AttachedStreams> {
    const record = this.#parts.records.get(id);
    const linger = record.openStdin && record.stdinOnce && !record.tty;
    return attachTo(id, record.runDir, { ...options, openStdin: record.openStdin, linger });
  }

  async resize(id: string, runDir: string, size: TtySize): Promise<void> {
    tellSize(join(runDir, CONTROL_FIFO), size, `container ${id}`);
  }

  async reopenLog(id: string, runDir: string): Promise<void> {
    tellReopenLog(join(runDir, CONTROL_FIFO), `container ${id}`);
  }

  exec(request: ExecRequest): Promise<LaunchedExec> {
    this.#parts.cgroupLock.takeEarly();
    return this.#parts.execs.start(request);
  }

  async alive(
    candidates: readonly { id: string; runDir: string; pid: number }[],
  ): Promise<ReadonlySet<string>> {
    const { exits, records } = this.#parts;
    const running = candidates.filter(({ id, pid }) => {
      const init = records.find(id)?.init;
      return init?.pid === pid && isRunning(init) && !exits.read(id) && !this.stillborn(id);
    });
    return new Set(running.map(({ id }) => id));
  }

  stillborn(id: string): boolean {
    return this.#runtimeOf(id).waits(id);
  }

  isPaused(id: string): boolean {
    const { cgroups, records } = this.#parts;
    return cgroups.isFrozen(records.get(id).cgroupsPath);
  }

  #runtimeOf(id: string): Runtime {
    const { records, runtimes } = this.#parts;
    return runtimes.of(records.find(id)?.runtime);
  }

  /** The container's first process is conmon's child. */
  #identify(pid: number): Pick<ContainerRecord, 'init' | 'monitor'> {
    const init = processState(pid);
    const monitor = init && processState(init.parent);
    if (!init || !monitor) throw new System(`the container's process ${pid} ended at once`);
    return {
      init: { pid, startTime: init.startTime },
      monitor: { pid: init.parent, startTime: monitor.startTime },
    };
  }

  #exitOf(record: ContainerRecord | undefined, file: ExitFile | undefined): Exit {
    const outOfMemory =
      record !== undefined &&
      (existsSync(join(record.runDir, OOM_FILE)) ||
        this.#parts.cgroups.wasOutOfMemory(record.cgroupsPath));
    const at = file?.at ?? new Date();
    return { code: file?.code ?? LOST, at: at.toISOString(), oomKilled: outOfMemory };
  }
}
