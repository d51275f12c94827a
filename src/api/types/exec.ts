/** Additional processes on the wire. Docker Engine API: tag `Exec`. */
import * as v from 'valibot';
import { consoleSize, flag, text, texts } from './fields.js';

/** Body of `POST /containers/{id}/exec`. */
export const execCreate = v.object({
  AttachStdin: flag,
  AttachStdout: flag,
  AttachStderr: flag,
  DetachKeys: text,
  Tty: flag,
  Env: texts,
  Cmd: texts,
  Privileged: flag,
  User: text,
  WorkingDir: text,
  ConsoleSize: consoleSize,
});
export type ExecCreate = v.InferOutput<typeof execCreate>;

/** Body of `POST /exec/{id}/start`. */
export const execStart = v.object({
  Detach: flag,
  Tty: flag,
  ConsoleSize: consoleSize,
});
export type ExecStart = v.InferOutput<typeof execStart>;

/** Docker API: `ExecInspectResponse`. */
export interface ExecInspect {
  readonly ID: string;
  readonly Running: boolean;
  readonly ExitCode: number | null;
  readonly ProcessConfig: {
    readonly tty: boolean;
    readonly entrypoint: string;
    readonly arguments: readonly string[];
    readonly privileged: boolean;
    readonly user?: string;
  };
  readonly OpenStdin: boolean;
  readonly OpenStderr: boolean;
  readonly OpenStdout: boolean;
  readonly CanRemove: boolean;
  readonly ContainerID: string;
  readonly DetachKeys: string;
  readonly Pid: number;
}
