import { describeError } from '../../report.js';

/** A container that could not be started, with the exit code that shells give for the reason. */
export class StartFailure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.name = 'StartFailure';
    this.exitCode = exitCode;
  }
}

const reasons: readonly [pattern: RegExp, exitCode: number][] = [
  [
    /executable file not found|no such file or directory|system cannot find the file specified/,
    127,
  ],
  [/permission denied|is a directory/, 126],
];

/** The daemon's words tell whether the command isn't there (127), can't be run (126), or it is something else (125). */
export function exitCodeOfStart(error: unknown): StartFailure {
  const message = describeError(error);
  const exitCode = reasons.find(([pattern]) => pattern.test(message))?.[1] ?? 125;
  return new StartFailure(message, exitCode);
}
