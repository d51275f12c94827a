/** The tool refused a batch, or was ended. */
export class IptablesError extends Error {
  /** Exit status: 1 refused by the kernel, 2 not understood, 4 lock not had in time; undefined: ended by a signal. */
  readonly status: number | undefined;
  /** Everything that the tool said. */
  readonly text: string;
  /** The line of the batch that it named, if it named one. */
  readonly batchLine: string | undefined;

  constructor(
    program: string,
    failure: { status: number | undefined; stderr: string },
    batch: string,
  ) {
    const batchLine = lineOf(failure.stderr, batch);
    const said = failure.stderr.trim() || `ended with status ${failure.status ?? 'unknown'}`;
    super(`${program}: ${said}${batchLine === undefined ? '' : `\nin: ${batchLine}`}`);
    this.name = 'IptablesError';
    this.status = failure.status;
    this.text = failure.stderr;
    this.batchLine = batchLine;
  }
}

/** `line 3 failed` from the kernel's refusals, `Error occurred at line: 3` from the parser's. */
function lineOf(text: string, batch: string): string | undefined {
  const number = /\bline:? (\d+)/.exec(text)?.[1];
  return number === undefined ? undefined : batch.split('\n')[Number(number) - 1];
}
