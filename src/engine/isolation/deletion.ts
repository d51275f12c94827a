import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path/posix';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../base/logger.js';
import { isErrno } from '../../native/libc.js';
import { signalProcess } from '../../native/pidfd.js';
import type { CgroupTree } from './cgroups.js';
import type { ContainerRecord, ContainerRecords, ProcessRecord } from './container-record.js';
import type { ExitWatcher } from './exit-watcher.js';
import { killMakers } from './makers.js';
import type { OciSpec } from './oci.js';
import { isRunning, processState } from './processes.js';
import type { RuntimeList } from './runtime-list.js';
import { closeSharedMemory } from './shared-memory.js';

/** What deleting works with. */
export interface DeletionParts {
  readonly runtimes: RuntimeList;
  /** Path of conmon. */
  readonly conmon: string;
  readonly cgroups: CgroupTree;
  readonly exits: ExitWatcher;
  readonly records: ContainerRecords;
  readonly logger: Logger;
}

/** The file in a container's folder that says what the runtime is to make. */
export const SPEC_FILE = 'config.json';

const SIGKILL = 9;
/** A monitor that doesn't notice its container's end within this is not waited for. */
const MONITOR_MS = 2000;
/** Killed processes leave their control group within milliseconds; a busy machine may need more. */
const LEAVE_TRIES = 100;
const LEAVE_PAUSE_MS = 10;

/** Frees what the runtime and conmon keep of containers, whole ones and such that were never finished. */
export class Deletion {
  readonly #parts: DeletionParts;

  constructor(parts: DeletionParts) {
    this.#parts = parts;
  }

  /** Kills what still runs. Unknown ids are fine. */
  async delete(id: string, runDir: string): Promise<void> {
    const { exits, records } = this.#parts;
    const record = records.find(id);
    const cgroupsPath = record?.cgroupsPath ?? cgroupsPathIn(runDir);
    if (record) await this.#end(id, record);
    else await this.#endMaking(id, runDir, cgroupsPath);
    if (cgroupsPath !== undefined) await this.#removeCgroup(id, cgroupsPath);
    closeSharedMemory(record?.runDir ?? runDir);
    records.forget(id);
    exits.clear(id);
  }

  /** Deletes everything that is known of other containers than `keep`. */
  async sweep(keep: ReadonlySet<string>): Promise<void> {
    const { exits, records, runtimes, logger } = this.#parts;
    const known = new Set([...records.known(), ...runtimes.preferred.known(), ...exits.known()]);
    for (const id of known) {
      if (keep.has(id)) continue;
      logger.info('deleting what is left of a container', { container: id });
      await this.delete(id, records.find(id)?.runDir ?? '');
    }
  }

  async #end(id: string, record: ContainerRecord): Promise<void> {
    const { cgroups, exits, runtimes } = this.#parts;
    const runtime = runtimes.of(record.runtime);
    const isEmpty = !isRunning(record.init) && cgroups.pids(record.cgroupsPath).length === 0;
    if (isEmpty) runtime.forget(id);
    else await runtime.delete(id);
    // conmon is about to write the exit file: let it, or the next container of the name would find it.
    if (!exits.read(id)) await Promise.race([exits.wait(id, () => isLost(record)), patience()]);
  }

  /** The daemon died while the container was made: whatever goes on with that is stopped. */
  async #endMaking(id: string, runDir: string, cgroupsPath: string | undefined): Promise<void> {
    const { cgroups, conmon, runtimes } = this.#parts;
    const programs = [conmon, ...runtimes.all.map(({ path }) => path)];
    if (runDir !== '' && existsSync(runDir)) await killMakers(runDir, programs);
    for (const pid of cgroupsPath === undefined ? [] : cgroups.pids(cgroupsPath)) {
      const state = processState(pid);
      if (state) signalProcess({ pid, startTime: BigInt(state.startTime) }, SIGKILL);
    }
    runtimes.preferred.forget(id);
  }

  async #removeCgroup(id: string, path: string): Promise<void> {
    for (let attempt = 0; !this.#parts.cgroups.remove(path); attempt++) {
      if (attempt === LEAVE_TRIES) {
        this.#parts.logger.warn('control group not removed', { container: id, path });
        return;
      }
      await delay(LEAVE_PAUSE_MS);
    }
  }
}

/** Neither the container nor who would tell of its end is left. */
export function isLost({
  init,
  monitor,
}: {
  init: ProcessRecord;
  monitor: ProcessRecord;
}): boolean {
  return !isRunning(monitor) && !isRunning(init);
}

/** Where the container's processes were to be; undefined if nothing was started yet. */
function cgroupsPathIn(runDir: string): string | undefined {
  if (runDir === '') return undefined;
  try {
    const spec: OciSpec = JSON.parse(readFileSync(join(runDir, SPEC_FILE), 'utf8'));
    return spec.linux.cgroupsPath;
  } catch (error) {
    // A torn file: it is written before anything is started.
    if (isErrno(error, 'ENOENT', 'ENOTDIR') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function patience(): Promise<void> {
  return delay(MONITOR_MS, undefined, { ref: false });
}
