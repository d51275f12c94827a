import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { setTimeout as delay } from 'node:timers/promises';
import type { AttachedStreams, TtySize } from '../../api/server/backend.js';
import { Conflict, NotFound, System } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { isErrno } from '../../native/libc.js';
import { signalProcess } from '../../native/pidfd.js';
import { connectSeqpacket } from '../../native/unixsocket.js';
import { attachedStreams } from './attach.js';
import type { CgroupLock } from './cgroup-lock.js';
import type { CgroupTree } from './cgroups.js';
import type { Conmon } from './conmon.js';
import { ATTACH_SOCKET, CONTROL_FIFO, OOM_FILE, RUNTIME_LOG } from './conmon-command.js';
import type { ContainerRecord, ContainerRecords } from './container-record.js';
import type { ExecRequest, Exit, LaunchedExec, Launcher, LaunchRequest } from './contract.js';
import { type Deletion, isLost, SPEC_FILE } from './deletion.js';
import { execProcess } from './exec-process.js';
import type { ExitFile, ExitWatcher } from './exit-watcher.js';
import { type HostFacts, readAccounts } from './host-facts.js';
import { type OciSpec, specText } from './oci.js';
import { withoutOwnNetwork } from './own-network.js';
import { isRunning, processState } from './processes.js';
import type { Runtime } from './runtime.js';
import { runtimeError } from './runtime-errors.js';
import type { SeccompCache } from './seccomp-cache.js';
import { signalNumber } from './signals.js';
import { buildSpec } from './spec.js';

/** What the launcher is made of. */
export interface LauncherParts {
  readonly runtime: Runtime;
  readonly conmon: Conmon;
  readonly deletion: Deletion;
  readonly cgroups: CgroupTree;
  readonly cgroupLock: CgroupLock;
  readonly exits: ExitWatcher;
  readonly records: ContainerRecords;
  readonly seccomp: SeccompCache;
  readonly facts: HostFacts;
  readonly logger: Logger;
}

const SIGKILL = 9;
/** 128 + SIGKILL: the exit code of a container whose monitor was killed, as nobody saw how it ended. */
const LOST = 137;
/** A v1 freezer needs several goes with processes that fork or wait in the kernel. */
const FREEZE_TRIES = 200;
const FREEZE_PAUSE_MS = 10;

/** Containers by an OCI runtime under conmon. */
export class ConmonLauncher implements Launcher {
  readonly #parts: LauncherParts;

  constructor(parts: LauncherParts) {
    this.#parts = parts;
  }

  expect(): void {
    this.#parts.cgroupLock.takeEarly();
  }

  async create(request: LaunchRequest): Promise<{ pid: number }> {
    const { conmon, exits, records } = this.#parts;
    const { spec: input, runDir } = request;
    const { id, args, cgroupsPath } = input;
    mkdirSync(runDir, { recursive: true, mode: 0o700 });
    mkdirSync(dirname(request.logPath), { recursive: true });
    writeFileSync(join(runDir, SPEC_FILE), specText(this.#specOf(request)));
    for (const old of [OOM_FILE, RUNTIME_LOG]) rmSync(join(runDir, old), { force: true });
    exits.clear(id);
    const { tty, openStdin, stdinOnce, logPath } = request;
    const supervision = {
      id,
      uuid: id,
      folder: runDir,
      tty,
      openStdin,
      keepStdin: tty || !stdinOnce,
      log: `k8s-file:${logPath}`,
      exitFolder: exits.folder,
    };
    const pid = await conmon.create(supervision, (said) =>
      runtimeError('create', said, args[0] ?? ''),
    );
    const processes = this.#identify(pid);
    records.put(id, { runDir, cgroupsPath, tty, openStdin, stdinOnce, ...processes });
    return { pid };
  }

  start(id: string): Promise<void> {
    return this.#parts.runtime.start(id);
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
    // A frozen process of a v1 group does not even die.
    if (number === SIGKILL && this.#parts.cgroups.isFrozen(cgroupsPath)) {
      this.#parts.cgroups.freeze(cgroupsPath, false);
    }
  }

  async pause(id: string): Promise<void> {
    const { cgroups, records } = this.#parts;
    const { cgroupsPath } = records.get(id);
    for (let attempt = 0; attempt < FREEZE_TRIES; attempt++) {
      if (attempt > 0) await delay(FREEZE_PAUSE_MS);
      cgroups.freeze(cgroupsPath, true);
      if (cgroups.isFrozen(cgroupsPath)) return;
    }
    cgroups.freeze(cgroupsPath, false);
    throw new System(`cannot pause container ${id}: its processes don't stop`);
  }

  async resume(id: string): Promise<void> {
    const { cgroups, records } = this.#parts;
    cgroups.freeze(records.get(id).cgroupsPath, false);
  }

  delete(id: string, runDir = ''): Promise<void> {
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
    return connect(id, record.runDir, { ...options, openStdin: record.openStdin, linger });
  }

  async resize(id: string, runDir: string, size: TtySize): Promise<void> {
    resizeBy(join(runDir, CONTROL_FIFO), size, `container ${id}`);
  }

  async exec(request: ExecRequest): Promise<LaunchedExec> {
    const { conmon, cgroupLock } = this.#parts;
    cgroupLock.takeEarly();
    const { containerId, execId, tty, openStdin, args } = request;
    const folder = join(request.runDir, execId);
    const execSpec = this.#writeProcess(request, folder);
    const clean = () => rmSync(folder, { recursive: true, force: true });
    try {
      const started = await conmon.exec(
        {
          id: containerId,
          uuid: execId,
          folder,
          tty,
          openStdin,
          keepStdin: tty,
          log: 'none',
          execSpec,
        },
        {
          attach: () =>
            connect(execId, folder, { tty, stdin: openStdin, openStdin, linger: false }),
          fail: (said) => runtimeError('exec', said, args[0] ?? ''),
        },
      );
      const exited = started.exitCode.then((code) => {
        clean();
        return { code, at: new Date().toISOString(), oomKilled: false };
      });
      const resize = async (size: TtySize) =>
        resizeBy(join(folder, CONTROL_FIFO), size, `exec ${execId}`);
      if (request.size && tty) await resize(request.size);
      return { pid: started.pid, streams: started.streams, exited, resize };
    } catch (error) {
      clean();
      throw error;
    }
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
    return this.#parts.runtime.waits(id);
  }

  isPaused(id: string): boolean {
    const { cgroups, records } = this.#parts;
    return cgroups.isFrozen(records.get(id).cgroupsPath);
  }

  #specOf({ spec: input }: LaunchRequest): OciSpec {
    const { facts, logger, runtime, seccomp } = this.#parts;
    const accounts = readAccounts(input.rootfs);
    const { spec, ignored } = buildSpec(withoutOwnNetwork(input), { ...facts, accounts });
    for (const reason of ignored) {
      logger.warn('security option ignored', { container: input.id, reason });
    }
    return runtime.takesCompiledSeccomp ? seccomp.precompiled(spec) : spec;
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

  #writeProcess(request: ExecRequest, folder: string): string {
    const { facts, records } = this.#parts;
    const { runDir, init } = records.get(request.containerId);
    const { process }: OciSpec = JSON.parse(readFileSync(join(runDir, SPEC_FILE), 'utf8'));
    const accounts = readAccounts(`/proc/${init.pid}/root`);
    const { capabilities } = facts;
    const text = specText(execProcess(request, { container: process, accounts, capabilities }));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, 'process.json');
    writeFileSync(path, text);
    return path;
  }
}

function connect(
  subject: string,
  folder: string,
  options: { tty: boolean; stdin: boolean; openStdin: boolean; linger: boolean },
): AttachedStreams {
  try {
    return attachedStreams(connectSeqpacket(join(folder, ATTACH_SOCKET)), options);
  } catch (cause) {
    if (!isErrno(cause, 'ENOENT', 'ECONNREFUSED')) throw cause;
    throw new Conflict(`${subject} is not running`, { cause });
  }
}

/** conmon takes lines `1 <rows> <columns>` from its fifo. */
function resizeBy(fifo: string, { rows, columns }: TtySize, subject: string): void {
  try {
    const fd = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      writeSync(fd, `1 ${rows} ${columns}\n`);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    if (!isErrno(cause, 'ENOENT', 'ENXIO')) throw cause;
    throw new Conflict(`${subject} is not running`, { cause });
  }
}
