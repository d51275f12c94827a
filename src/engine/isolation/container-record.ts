import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path/posix';
import { NotFound } from '../../base/errors.js';
import { isErrno } from '../../native/libc.js';
import type { RuntimeProgram } from './runtime.js';

/** A process for certain. */
export interface ProcessRecord {
  /** As the host numbers it. */
  readonly pid: number;
  /** Clock ticks since boot, in decimal. */
  readonly startTime: string;
}

/** What must be known of a created container, by this daemon and the next. */
export interface ContainerRecord {
  readonly runDir: string;
  /** The container's first process. */
  readonly init: ProcessRecord;
  /** conmon, which watches over it. */
  readonly monitor: ProcessRecord;
  readonly cgroupsPath: string;
  readonly tty: boolean;
  readonly openStdin: boolean;
  readonly stdinOnce: boolean;
  /** The runtime that made it; absent: the default one. */
  readonly runtime?: RuntimeProgram;
}

const FILE = 'launch.json';

/**
 * The created containers: a file in each one's folder, and a link named after its id that leads there. Both lie
 * where a reboot empties them, together with the processes they tell of.
 */
export class ContainerRecords {
  readonly #folder: string;
  readonly #known = new Map<string, ContainerRecord>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  put(id: string, record: ContainerRecord): void {
    writeFileSync(join(record.runDir, FILE), JSON.stringify(record));
    this.forget(id);
    symlinkSync(record.runDir, join(this.#folder, id));
    this.#known.set(id, record);
  }

  /** @throws NotFound */
  get(id: string): ContainerRecord {
    const record = this.find(id);
    if (!record) throw new NotFound(`container ${id} was not created or is deleted`);
    return record;
  }

  /** Undefined if there is none. */
  find(id: string): ContainerRecord | undefined {
    const record = this.#known.get(id) ?? this.#read(id);
    if (record) this.#known.set(id, record);
    return record;
  }

  /** Ids of all that there is a trace of. */
  known(): string[] {
    return readdirSync(this.#folder);
  }

  /** Unknown is fine. */
  forget(id: string): void {
    this.#known.delete(id);
    rmSync(join(this.#folder, id), { force: true });
  }

  #read(id: string): ContainerRecord | undefined {
    try {
      const runDir = readlinkSync(join(this.#folder, id));
      const record: ContainerRecord = JSON.parse(readFileSync(join(runDir, FILE), 'utf8'));
      return record;
    } catch (error) {
      // A torn file is one of a container that was never handed out.
      if (isErrno(error, 'ENOENT', 'EINVAL') || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }
}
