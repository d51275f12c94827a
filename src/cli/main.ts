import { isatty, WriteStream } from 'node:tty';
import { runProgram } from './program.js';

/** Exit code of a program that writes to a pipe that nobody reads: death by SIGPIPE. */
const brokenPipe = 141;

const terminal = {
  get stdin() {
    return process.stdin;
  },
  get columns() {
    return isatty(0) ? new WriteStream(0).columns : undefined;
  },
  stdout: process.stdout,
  stderr: process.stderr,
};
for (const stream of [terminal.stdout, terminal.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(brokenPipe);
    process.exitCode = 1;
    const reason = error.message.replace(/^[A-Z]+: |, write$/g, '');
    if (stream === terminal.stderr) process.exit();
    terminal.stderr.write(`write /dev/stdout: ${reason}\n`, () => process.exit());
  });
}

const { env } = process;
const code = await runProgram(process.argv.slice(2), { env, terminal, now: () => new Date() });
// What is still on its way to a pipe goes out first; a stdin that is still open must not keep the process alive.
terminal.stderr.write('', () =>
  terminal.stdout.write('', () => process.exit(code || process.exitCode)),
);
