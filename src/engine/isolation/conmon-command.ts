/** What conmon is to supervise; its options are listed by `conmon --help`. */
export interface ConmonOptions {
  readonly conmon: string;
  readonly runtime: string;
  /** Arguments before the runtime's command, e.g. `--root`. */
  readonly runtimeArguments: readonly string[];
  /** The container's id. */
  readonly id: string;
  /** What this very process is called: the container's id or the exec's. */
  readonly uuid: string;
  /** Folder with `config.json` that also takes the attach socket, the control fifo and the pid file. */
  readonly folder: string;
  readonly tty: boolean;
  readonly openStdin: boolean;
  /** Whether the process's stdin stays open when an attached client is gone. */
  readonly keepStdin: boolean;
  /** `k8s-file:<path>` or `none`. */
  readonly log: string;
  /** Folder for the file named after the container that holds its exit code; not for an exec. */
  readonly exitFolder?: string;
  /** For a further process: its OCI process file. */
  readonly execSpec?: string;
}

/** The file in which conmon finds the process's pid. */
export const PID_FILE = 'pid';
/** The attach socket's name: conmon's choice. */
export const ATTACH_SOCKET = 'attach';
/** The control fifo's name: conmon's choice. */
export const CONTROL_FIFO = 'ctl';
/** Exists once the container ran out of memory: conmon's choice, in its working directory. */
export const OOM_FILE = 'oom';

/** Where the runtime also writes its complaints: of an exec on a terminal they reach conmon no other way. */
export const RUNTIME_LOG = 'runtime.log';

/** conmon's command line, its name included. */
export function conmonCommand(options: ConmonOptions): string[] {
  const { folder } = options;
  return [
    options.conmon,
    // From version 1 on the pid and the exit code of an exec come through one pipe.
    ...['--api-version', '1'],
    ...['-c', options.id, '-u', options.uuid, '-n', options.uuid],
    ...['-r', options.runtime],
    ...[...options.runtimeArguments, '--log', `${folder}/${RUNTIME_LOG}`].map(
      (argument) => `--runtime-arg=${argument}`,
    ),
    ...['-b', folder, '-p', `${folder}/${PID_FILE}`],
    // The socket in our own folder instead of a link to it elsewhere.
    '--full-attach',
    ...['-l', options.log, '--log-level', 'error'],
    // fsync of the log at the container's end would cost more than all the rest of it.
    '--no-sync-log',
    ...(options.tty ? ['-t'] : []),
    ...(options.openStdin ? ['-i'] : []),
    ...(options.keepStdin ? ['--leave-stdin-open'] : []),
    ...(options.exitFolder === undefined ? [] : ['--exit-dir', options.exitFolder]),
    ...(options.execSpec === undefined
      ? []
      : ['--exec', '--exec-attach', '--exec-process-spec', options.execSpec]),
  ];
}
