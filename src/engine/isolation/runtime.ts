import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path/posix';
import { System } from '../../base/errors.js';
import type { Children } from '../../native/children.js';
import type { Fd } from '../../native/fd.js';
import { isErrno } from '../../native/libc.js';
import { type RunResult, run } from '../../native/run.js';
import type { CgroupTree } from './cgroups.js';
import { type ChangedMounts, mountNamespaceWith, takeBackNull } from './runtime-namespace.js';
import { SealedProgram } from './sealed-program.js';

/** What a program needs to find its own tools. */
const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
const folders = environment.PATH.split(':');

/** A runtime as it is configured. */
export interface RuntimeProgram {
  /** What clients call it. */
  readonly name: string;
  /** A name, looked up in the usual folders, or a path. */
  readonly program: string;
  /** Arguments that go before every command. */
  readonly args: readonly string[];
}

/** Where runtimes keep their state, and what they work with. */
export interface RuntimeOptions {
  /** State of the runtime, on a file system that a reboot empties. */
  readonly stateRoot: string;
  readonly children: Children;
  readonly cgroups: CgroupTree;
  /** Whether system call filters can be compiled here. */
  readonly precompiles: boolean;
  /** Whether containers have user namespaces. */
  readonly remapsUsers?: boolean;
}

/**
 * The OCI runtime: the program that makes a container of a specification. conmon calls it to create and to
 * exec; this object does the rest.
 */
export class Runtime implements Disposable {
  readonly name: string;
  readonly path: string;
  /** Whose state files and command line it has; anything unknown is taken for runc, which all imitate. */
  readonly kind: 'crun' | 'runc';
  /** First line of its `--version`. */
  readonly version: string;
  /** The mount namespace to run it in; undefined: ours. */
  readonly namespace: Fd | undefined;
  readonly #options: RuntimeOptions;
  readonly #program: RuntimeProgram;
  readonly #sealed: SealedProgram | undefined;
  readonly #nullDevice: Fd | undefined;

  private constructor(
    options: RuntimeOptions,
    program: RuntimeProgram,
    found: { path: string; version: string },
  ) {
    this.#options = options;
    this.#program = program;
    this.name = program.name;
    this.path = found.path;
    this.version = found.version;
    this.kind = /^crun/.test(found.version) ? 'crun' : 'runc';
    this.#sealed = this.kind === 'crun' ? new SealedProgram(found.path) : undefined;
    const mounts = namespaceFor(this.kind, options);
    this.namespace = mounts?.namespace;
    this.#nullDevice = mounts?.nullDevice;
  }

  /** Undefined if the program isn't there or doesn't say its version. */
  static async open(
    options: RuntimeOptions,
    program: RuntimeProgram,
  ): Promise<Runtime | undefined> {
    const path = findProgram(program.program);
    if (path === undefined) return undefined;
    const asked = command(path, [...program.args, '--version']);
    const result = await run(options.children, asked);
    const version = result.status.code === 0 ? result.stdout.split('\n')[0] : undefined;
    return version ? new Runtime(options, program, { path, version }) : undefined;
  }

  /** The program to execute, a descriptor of ours where there is one: it spares the program a start of its own. */
  get image(): Fd | undefined {
    return this.#sealed?.current();
  }

  /** The program for a child of ours, which is started before anything else happens. */
  get file(): string {
    const { image } = this;
    return image ? `/proc/${process.pid}/fd/${image.number}` : this.path;
  }

  /** What a container's record says of its runtime. */
  get program(): RuntimeProgram {
    return { ...this.#program, program: this.path };
  }

  /** Whether it is that one, whatever it is called by now. */
  is({ program, args }: RuntimeProgram): boolean {
    const own = this.#program.args;
    return this.path === program && own.join('\0') === args.join('\0');
  }

  /** Arguments that go before every command. */
  get globalArguments(): readonly string[] {
    return [...this.#program.args, '--root', this.#options.stateRoot];
  }

  /** Whether a filter can be handed over ready-made, by annotation. */
  get takesCompiledSeccomp(): boolean {
    return this.kind === 'crun' && this.#options.precompiles;
  }

  /** Lets the program of a created container run. */
  async start(id: string): Promise<void> {
    if (this.kind === 'crun' && this.#openGate(id)) return;
    await this.#must(['start', id]);
  }

  /** Forgets a container and kills what is left of it. Unknown is fine. */
  async delete(id: string): Promise<void> {
    if (!existsSync(join(this.#options.stateRoot, id))) return;
    await this.#must(['delete', '--force', id]);
  }

  /** To be called when a container was created: its user must not be the owner of what others use, too. */
  takeBackDevices(): void {
    if (this.#nullDevice) takeBackNull(this.#nullDevice);
  }

  /** Whether the container's program still waits to be let run. runc and crun keep the same file for it. */
  waits(id: string): boolean {
    return existsSync(this.#gate(id));
  }

  /** Ids of all containers that there is state of. */
  known(): string[] {
    const { stateRoot } = this.#options;
    return existsSync(stateRoot) ? readdirSync(stateRoot) : [];
  }

  /** Forgets a container of which nothing is left, without calling the runtime: its state is one folder. */
  forget(id: string): void {
    rmSync(join(this.#options.stateRoot, id), { recursive: true, force: true });
  }

  [Symbol.dispose](): void {
    this.#sealed?.[Symbol.dispose]();
    this.namespace?.close();
    this.#nullDevice?.close();
  }

  /**
   * What `crun start` does, without the program: a created container waits for a byte from a pipe that is
   * unlinked once it runs (crun: status.c, libcrun_status_write_exec_fifo). @returns whether it was there
   */
  #openGate(id: string): boolean {
    const gate = this.#gate(id);
    let fd: number;
    try {
      fd = openSync(gate, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      // ENXIO: nobody waits. Let the runtime say what is wrong.
      if (isErrno(error, 'ENOENT', 'ENXIO')) return false;
      throw error;
    }
    try {
      // In this order: killed in between we leave a container that counts as never started, not one that hangs.
      writeSync(fd, Buffer.of(0));
      unlinkSync(gate);
      return true;
    } finally {
      closeSync(fd);
    }
  }

  #gate(id: string): string {
    return join(this.#options.stateRoot, id, 'exec.fifo');
  }

  async #must(args: readonly string[]): Promise<RunResult> {
    const all = [...this.globalArguments, ...args];
    const mntns = this.namespace ? { mntnsFd: this.namespace.number } : {};
    const result = await run(this.#options.children, {
      ...command(this.path, all),
      file: this.file,
      ...mntns,
    });
    if (result.status.code !== 0) {
      throw new System(`${this.kind} ${args[0]}: ${result.stderr.trim() || 'failed'}`);
    }
    return result;
  }
}

/**
 * The mount namespace to run it in. crun refuses hybrid machines, and gives its standard input, which is `/dev/null` most
 * of the time, to the user of the container: the host's must not be the container's to change.
 */
function namespaceFor(kind: Runtime['kind'], options: RuntimeOptions): ChangedMounts | undefined {
  const { cgroups, remapsUsers: ownNull = false } = options;
  const hidden = kind === 'crun' && cgroups.isHybrid ? cgroups.unified : undefined;
  return hidden !== undefined || ownNull ? mountNamespaceWith({ hidden, ownNull }) : undefined;
}

/** The path of a program given by name or path; undefined if it isn't there or can't be executed. */
export function findProgram(program: string): string | undefined {
  const candidates = program.includes('/') ? [program] : folders.map((dir) => join(dir, program));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function command(path: string, args: readonly string[]) {
  return { file: path, argv: [path, ...args], env: environment };
}
