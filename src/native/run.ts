import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { System } from '../base/errors.js';
import type { Child, Children } from './children.js';
import { type Fd, pipe } from './fd.js';
import type { SpawnOptions } from './process.js';
import type { ExitStatus } from './wait.js';

/** A program to run to its end. Descriptors 0, 1 and 2 are pipes of ours. */
export interface RunOptions extends SpawnOptions {
  /** What it reads from its standard input; default nothing. */
  readonly input?: string | Uint8Array;
  /** After this long it is killed, with `newSession` its whole group. Default 30 s. */
  readonly timeoutMs?: number;
}

/** What came of it. Output is taken for UTF-8 and held in memory. */
export interface RunResult {
  readonly status: ExitStatus;
  readonly stdout: string;
  readonly stderr: string;
}

const DEFAULT_TIMEOUT_MS = 30_000;
/** How long to wait for the end of output after the program's end: a process that it left behind may hold the pipe for ever. */
const GRACE_MS = 100;

/**
 * Runs a program and captures its output. It is started before the function first awaits, so inside
 * `Namespaces.run` too. A failure of the program is told by its status, not thrown.
 * @throws SyscallError if it can't be started, System if it takes too long
 */
export async function run(children: Children, options: RunOptions): Promise<RunResult> {
  const { child, stdin, stdout, stderr } = start(children, options);
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const abort = new AbortController();
  const timeout = delay(timeoutMs, 'timeout' as const, { signal: abort.signal });
  try {
    const status = await Promise.race([child.ended, timeout]);
    if (status === 'timeout') {
      process.kill(options.newSession ? -child.pid : child.pid, 'SIGKILL');
      throw new System(`${options.argv.join(' ')}: still running after ${timeoutMs} ms`);
    }
    const grace = delay(GRACE_MS, undefined, { signal: abort.signal });
    await Promise.race([Promise.all([stdout.end, stderr.end]), grace]);
    return { status, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    abort.abort();
    for (const { socket } of [stdin, stdout, stderr]) socket.destroy();
  }
}

function start(children: Children, options: RunOptions) {
  const [stdin, stdout, stderr] = [pipe(), pipe(), pipe()];
  const childEnds = [stdin.read, stdout.write, stderr.write] as const;
  const ourEnds = [stdin.write, stdout.read, stderr.read] as const;
  const standard = { 0: stdin.read.number, 1: stdout.write.number, 2: stderr.write.number };
  let child: Child;
  try {
    child = children.spawn({ ...options, fds: { ...options.fds, ...standard } });
  } catch (error) {
    for (const end of ourEnds) end.close();
    throw error;
  } finally {
    for (const end of childEnds) end.close();
  }
  return {
    child,
    stdin: feed(stdin.write, options.input ?? ''),
    stdout: capture(stdout.read),
    stderr: capture(stderr.read),
  };
}

function feed(fd: Fd, input: string | Uint8Array): { socket: Socket } {
  const socket = new Socket({ fd: fd.release(), readable: false, writable: true });
  // EPIPE: a program need not read its input.
  socket.on('error', () => {});
  socket.end(input);
  return { socket };
}

function capture(fd: Fd) {
  const socket = new Socket({ fd: fd.release(), readable: true, writable: false });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  const end = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return { socket, end, text: () => Buffer.concat(chunks).toString('utf8') };
}
