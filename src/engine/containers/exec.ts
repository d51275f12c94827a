import type { AttachedStreams, ExecStart, OutputChunk, TtySize } from '../../api/server/backend.js';
import type { ExecCreate, ExecInspect } from '../../api/types/exec.js';
import { detachKeyBytes } from '../../base/detach-keys.js';
import { Conflict, InvalidParameter, messageOf, NotFound, System } from '../../base/errors.js';
import type { LaunchedExec } from '../isolation/contract.js';
import { startFailureCode } from '../isolation/runtime-errors.js';
import { filterChunks } from './attach.js';
import type { Container } from './container.js';
import type { ContainersContext } from './context.js';
import { checkDetachKeys, untilDetached } from './detaching.js';
import { mergeEnv } from './merge.js';
import { runDirOf } from './paths.js';

/** An additional process, from its creation until its container is gone. */
interface Exec {
  readonly id: string;
  readonly container: Container;
  readonly config: ExecCreate;
  /** From the first attempt to start it: there is no second. */
  started: boolean;
  /** From the attempt on. */
  launching?: Promise<LaunchedExec>;
  launched?: LaunchedExec;
  exitCode?: number;
  /** When it ended or could not be started; {@link Clock.monotonicMs}. */
  endedAtMs?: number;
}

/** How long it can be asked how one ended. Docker's own collector comes by every five minutes. */
const keptMs = 10 * 60_000;

/** The additional processes of all containers. They don't outlive the daemon's memory, as in Docker. */
export class Execs {
  readonly #context: ContainersContext;
  readonly #execs = new Map<string, Exec>();

  constructor(context: ContainersContext) {
    this.#context = context;
  }

  /** `ref` is what the client calls the container. */
  create(container: Container, config: ExecCreate, ref = container.id): { Id: string } {
    requireRunning(container, ref);
    if (config.Cmd.length === 0) throw new InvalidParameter('No exec command specified');
    checkDetachKeys(
      config.DetachKeys,
      (wrong) => new System(`Invalid escape keys (${wrong}) provided`),
    );
    // The start comes right behind.
    this.#context.launcher.expect();
    this.#forgetOld();
    const id = this.#context.ids.id();
    this.#execs.set(id, { id, container, config, started: false });
    container.execIds.add(id);
    this.#emit('exec_create', container, config, id);
    return { Id: id };
  }

  async start(id: string, options: ExecStart): Promise<AttachedStreams | undefined> {
    const exec = this.#find(id);
    const { container, config } = exec;
    refuseAnother(exec);
    requireRunning(container);
    exec.started = true;
    if (!options.detach) options.accepted?.(config.Tty);
    this.#emit('exec_start', container, config, id);
    exec.launching = this.#launch(exec, options.size);
    const launched = await exec.launching.catch((error: unknown) =>
      this.#notLaunched(exec, error, options.detach),
    );
    if ('chunks' in launched) return launched;
    exec.launched = launched;
    const over = launched.exited.then(({ code }) => this.#ended(exec, code));
    if (!options.detach) return this.#attached(exec, untilOver(launched.streams, over));
    launched.streams.abort();
    return undefined;
  }

  async inspect(id: string): Promise<ExecInspect> {
    const { container, config, launched, exitCode } = this.#find(id);
    const [entrypoint = '', ...args] = config.Cmd;
    return {
      ID: id,
      Running: launched !== undefined && exitCode === undefined,
      ExitCode: exitCode ?? null,
      ProcessConfig: {
        tty: config.Tty,
        entrypoint,
        arguments: args,
        privileged: config.Privileged,
        ...(config.User && { user: config.User }),
      },
      OpenStdin: config.AttachStdin,
      OpenStderr: config.AttachStderr,
      OpenStdout: config.AttachStdout,
      CanRemove: false,
      ContainerID: container.id,
      DetachKeys: Buffer.from(config.DetachKeys ? detachKeyBytes(config.DetachKeys) : []).toString(
        'base64',
      ),
      Pid: launched?.pid ?? 0,
    };
  }

  async resize(id: string, size: TtySize): Promise<void> {
    const { launching } = this.#find(id);
    // Clients tell the size of their terminal as soon as they may: the process may not be there yet.
    const launched = await launching?.catch(() => undefined);
    if (!launched) throw new InvalidParameter('exec process is not started');
    await launched.resize(size);
  }

  #launch({ id, container, config }: Exec, size: TtySize | undefined): Promise<LaunchedExec> {
    const { Env, WorkingDir, User } = container.record.config;
    return this.#context.launcher.exec({
      execId: id,
      containerId: container.id,
      runDir: runDirOf(this.#context, container),
      args: config.Cmd,
      env: mergeEnv(Env, config.Env),
      cwd: config.WorkingDir || WorkingDir || '/',
      user: config.User || User,
      tty: config.Tty,
      openStdin: config.AttachStdin,
      privileged: config.Privileged,
      ...sizeOf(size, config),
    });
  }

  /** What the client sees of it: the streams that it asked for, until it detaches. */
  #attached({ id, container, config }: Exec, streams: AttachedStreams): AttachedStreams {
    const wanted = { stdout: config.AttachStdout, stderr: config.AttachStderr };
    const chunks = filterChunks(streams.chunks, ({ stream }) => wanted[stream]);
    return untilDetached({ ...streams, chunks }, config.DetachKeys, () => {
      const attributes = { execID: id };
      this.#context.emit({ action: 'exec_detach', container: container.record, attributes });
    });
  }

  /**
   * As in Docker the reason is the exec's only output, or the answer if nobody is to see that, and its exit code tells
   * of it: 127, 126. A container that has ended meanwhile is the better reason, the runtime has many words for that.
   */
  async #notLaunched(exec: Exec, error: unknown, isDetached: boolean): Promise<AttachedStreams> {
    const text = messageOf(error);
    this.#close(exec, startFailureCode(text) === 127 ? 127 : 126);
    if (isDetached) {
      await this.#requireAlive(exec.container);
      throw error;
    }
    return {
      tty: exec.config.Tty,
      chunks: oneChunk(`${text}\r\n`),
      abort() {},
    };
  }

  /** Asks the kernel: the daemon may not have heard of the end yet. @throws Conflict */
  async #requireAlive(container: Container): Promise<void> {
    requireRunning(container);
    const { id, run } = container;
    const runDir = runDirOf(this.#context, container);
    const alive = await this.#context.launcher.alive(
      run ? [{ id, runDir, pid: run.record.pid }] : [],
    );
    if (!alive.has(id)) throw notRunning(id);
  }

  #find(id: string): Exec {
    const exec = this.#execs.get(id);
    if (!exec) throw new NotFound(`No such exec instance: ${id}`);
    return exec;
  }

  #ended(exec: Exec, code: number): void {
    this.#close(exec, code);
    const attributes = { execID: exec.id, exitCode: String(code) };
    this.#context.emit({ action: 'exec_die', container: exec.container.record, attributes });
  }

  #close(exec: Exec, exitCode: number): void {
    exec.exitCode = exitCode;
    exec.endedAtMs = this.#context.clock.monotonicMs();
    exec.container.execIds.delete(exec.id);
  }

  /** Ended ones whose time is over, and those that were never started in a container that is gone. */
  #forgetOld(): void {
    const before = this.#context.clock.monotonicMs() - keptMs;
    for (const [id, { container, started, endedAtMs }] of this.#execs) {
      const isOver = endedAtMs === undefined ? !started && !container.run : endedAtMs < before;
      if (isOver) this.#execs.delete(id);
    }
  }

  #emit(action: string, container: Container, config: ExecCreate, execID: string): void {
    const event = `${action}: ${config.Cmd.join(' ')}`;
    this.#context.emit({ action: event, container: container.record, attributes: { execID } });
  }
}

function refuseAnother({ id, started, exitCode }: Exec): void {
  if (exitCode !== undefined) throw new Conflict(`exec command ${id} has already run`);
  if (started) throw new Conflict(`exec command ${id} is already running`);
}

/** The client asks for the exit code as soon as the output ends, so it ends when the code is known, or it has gone. */
function untilOver(streams: AttachedStreams, over: Promise<void>): AttachedStreams {
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  async function* chunks(): AsyncGenerator<OutputChunk> {
    yield* streams.chunks;
    await Promise.race([over, left]);
  }
  const abort = () => {
    leave();
    streams.abort();
  };
  return { ...streams, chunks: chunks(), abort };
}

/** The size of its terminal, as said at the start or before. */
function sizeOf(size: TtySize | undefined, { ConsoleSize }: ExecCreate): { size?: TtySize } {
  if (size) return { size };
  return ConsoleSize ? { size: { rows: ConsoleSize[0], columns: ConsoleSize[1] } } : {};
}

async function* oneChunk(text: string): AsyncGenerator<OutputChunk> {
  yield { stream: 'stdout', data: Buffer.from(text) };
}

function requireRunning(container: Container, ref = container.id): void {
  container.refuseWhileRestarting();
  const { id, run } = container;
  if (!run) throw notRunning(id);
  if (run.record.paused)
    throw new Conflict(`Container ${ref} is paused, unpause the container before exec`);
}

function notRunning(id: string): Conflict {
  return new Conflict(`container ${id} is not running`);
}
