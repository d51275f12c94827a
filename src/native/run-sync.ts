import { fstatSync, readSync, writeSync } from 'node:fs';
import type { Fd } from './fd.js';
import { memoryFile } from './memfd.js';
import { openProcess } from './pidfd.js';
import { type SpawnOptions, spawn } from './process.js';
import type { RunResult } from './run.js';
import { type ExitStatus, reap } from './wait.js';
import { waitReadable } from './wait-readable.js';

/** A program to run while everything else waits. */
export interface RunSyncOptions extends Omit<SpawnOptions, 'fds'> {
  /** What it reads from its standard input; default nothing. */
  readonly input?: string;
  /** After this long it is killed. */
  readonly timeoutMs: number;
}

/**
 * Runs a short program without letting anyone else have a turn: to be used where nobody may see the world half done.
 * Input and output are files in memory, so neither side can wait for the other, however much there is.
 * @returns undefined as its status if it took too long @throws SyscallError if it can't be started
 */
export function runSync({
  input = '',
  timeoutMs,
  ...options
}: RunSyncOptions): Omit<RunResult, 'status'> & { readonly status: ExitStatus | undefined } {
  using stdin = memoryFile('stdin');
  using stdout = memoryFile('stdout');
  using stderr = memoryFile('stderr');
  writeAll(stdin, input);
  const pid = spawn({ ...options, fds: { 0: stdin.number, 1: stdout.number, 2: stderr.number } });
  const status = waitFor(pid, timeoutMs);
  return { status, stdout: contents(stdout), stderr: contents(stderr) };
}

/** At given places, so that the file's offset stays at its beginning, where the program starts to read. */
function writeAll(file: Fd, text: string): void {
  const bytes = Buffer.from(text);
  let at = 0;
  while (at < bytes.length) at += writeSync(file.number, bytes, at, bytes.length - at, at);
}

function contents(file: Fd): string {
  const bytes = Buffer.alloc(fstatSync(file.number).size);
  readSync(file.number, bytes, 0, bytes.length, 0);
  return bytes.toString('utf8');
}

/** A pidfd becomes readable when its process has ended (pidfd_open(2)). */
function waitFor(pid: number, timeoutMs: number): ExitStatus | undefined {
  using pidfd = openProcess({ pid });
  if (!pidfd) return reap(pid);
  const inTime = waitReadable(pidfd, timeoutMs);
  if (!inTime) process.kill(pid, 'SIGKILL');
  waitReadable(pidfd, -1);
  const status = reap(pid);
  return inTime ? status : undefined;
}
