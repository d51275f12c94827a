/**
 * Process isolation as the engine sees it. One implementation supervises an OCI runtime by conmon; another
 * may take its place. Containers, their logs and exit codes outlive the daemon: everything here can be
 * found again after a restart by the container's id alone.
 */

import type { AttachedStreams, TtySize } from '../../api/server/backend.js';
import type { ContainerConfig, HostConfig } from '../../api/types/container.js';
import type { ReviewedHost } from './host-review.js';
import type { CheckedLimits } from './limit-checks.js';
import type { JoinedNamespaces } from './namespaces.js';
import type { LimitSettings } from './resources.js';

/** How a process ended. */
export interface Exit {
  /** 0 to 255; 128 + n for signal n. */
  readonly code: number;
  /** RFC 3339. */
  readonly at: string;
  readonly oomKilled: boolean;
}

/** One file or folder of the host seen in the container. */
export interface BindMount {
  readonly source: string;
  readonly destination: string;
  readonly readOnly: boolean;
  /** `rprivate` unless asked for. */
  readonly propagation: string;
  /** What the mount of the source can't do either: `ro`, `nosuid`, `nodev`, `noexec`. */
  readonly restrictions?: readonly string[];
  /** Without what is mounted below the source. */
  readonly nonRecursive?: boolean;
  /**
   * Write-protects what is mounted below a read-only source, too: `wanted` if kernel and runtime can, `required` fails
   * if they can't.
   */
  readonly recursiveReadOnly?: 'wanted' | 'required';
}

/** Everything that decides the OCI spec; `spec.ts` turns it into one, without looking anywhere else. */
export interface SpecInput {
  readonly id: string;
  /** The container's settings merged over its image's: Cmd and Entrypoint already resolved into `args`. */
  readonly config: ContainerConfig;
  readonly args: readonly string[];
  readonly host: HostConfig;
  readonly rootfs: string;
  readonly hostname: string;
  /** Absent: the daemon's own network namespace. */
  readonly netnsPath?: string;
  /** A user namespace with the daemon's mapping of ids; absent: the host's. */
  readonly usernsPath?: string;
  /** Binds of the user and of `/etc/{hosts,hostname,resolv.conf}`, in order. */
  readonly binds: readonly BindMount[];
  readonly cgroupsPath: string;
  /** What it shares with other containers that run. */
  readonly joined?: JoinedNamespaces;
}

/** What is to be started. */
export interface LaunchRequest {
  readonly spec: SpecInput;
  /** A folder of the container's own under the exec root; the launcher may use all of it. */
  readonly runDir: string;
  /** The file for its output; undefined: it is kept nowhere. */
  readonly logPath: string | undefined;
  readonly tty: boolean;
  /** Whether stdin is kept open for attach. */
  readonly openStdin: boolean;
  /** Whether the first attached client that closes its stdin closes the container's. */
  readonly stdinOnce: boolean;
}

/** A command in a running container. */
export interface CommandRequest {
  readonly execId: string;
  readonly containerId: string;
  readonly runDir: string;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  /** Empty: the container's. */
  readonly user: string;
}

/** One that runs by itself for a short while. */
export interface ProbeRequest extends CommandRequest {
  /** It is killed then, with all that it has started. */
  readonly timeoutMs: number;
}

/** How it went. */
export interface ProbeOutcome {
  readonly exitCode: number;
  /** Both streams as they came, cut at Docker's 4096 bytes with `...`. */
  readonly output: string;
  readonly timedOut: boolean;
}

/** Runs short commands in containers, without all that an exec for a client needs. */
export interface Probes {
  /** @throws System if it can't be run. Aborted: it is killed. */
  run(request: ProbeRequest, signal: AbortSignal): Promise<ProbeOutcome>;
}

/** An additional process that clients talk to. */
export interface ExecRequest extends CommandRequest {
  readonly tty: boolean;
  readonly openStdin: boolean;
  readonly privileged: boolean;
  readonly size?: TtySize;
}

/** Starts, watches and ends processes in containers. */
export interface Launcher {
  /**
   * Checks the settings of a new container that have to do with isolation and limits, and fills in what was left
   * out. @throws InvalidParameter in Docker's words
   */
  review(host: HostConfig): ReviewedHost;
  /** The same for limits that are set over those that a container has (`update`). @throws InvalidParameter */
  reviewLimits<T extends LimitSettings>(limits: T): CheckedLimits<T>;
  /** Says that a `create` or an `exec` is coming, so that what takes the kernel a while can begin. Never fails. */
  expect(): void;
  /**
   * Makes the container with its program not yet running, so that clients can attach before the first byte.
   * @throws InvalidParameter or System with the runtime's own reason; the caller maps "executable not found" (127) and "permission denied" (126).
   */
  create(request: LaunchRequest): Promise<{ pid: number }>;
  /** Lets the program run. */
  start(id: string): Promise<void>;
  /** Resolves when the container has ended; at once if it has already. Rejects for an id that was never created. */
  exited(id: string, runDir: string): Promise<Exit>;
  /** `SIGTERM`, `TERM` or a number. */
  kill(id: string, signal: string): Promise<void>;
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  /**
   * Frees what the runtime and conmon keep; kills what still runs, also of a creation that was cut short. Unknown
   * ids are fine.
   */
  delete(id: string, runDir: string): Promise<void>;
  /** Pids in the container, as the host numbers them. */
  pids(id: string): Promise<number[]>;
  attach(
    id: string,
    options: { tty: boolean; stdin: boolean; stdinOnce: boolean },
  ): Promise<AttachedStreams>;
  resize(id: string, runDir: string, size: TtySize): Promise<void>;
  /** Has the log file begun anew under its name. @throws Conflict if it does not run */
  reopenLog(id: string, runDir: string): Promise<void>;
  exec(request: ExecRequest): Promise<LaunchedExec>;
  /** Containers that still run although the daemon was restarted, of those named; {@link stillborn} ones don't. */
  alive(
    candidates: readonly { id: string; runDir: string; pid: number }[],
  ): Promise<ReadonlySet<string>>;
  /** Whether it was created and its program never let run. */
  stillborn(id: string): boolean;
  /** Whether its processes are stopped by {@link pause}. */
  isPaused(id: string): boolean;
  /** At start: deletes all that it knows of other containers than these. */
  sweep(keep: ReadonlySet<string>): Promise<void>;
}

/** A running exec. */
export interface LaunchedExec {
  readonly pid: number;
  readonly streams: AttachedStreams;
  readonly exited: Promise<Exit>;
  resize(size: TtySize): Promise<void>;
}
