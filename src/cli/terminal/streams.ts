import { once } from 'node:events';
import type { Hijacked } from '../../api/client/client.js';
import type { Output } from '../../api/client/frames.js';
import { DetachWatch } from '../../base/detach-keys.js';
import type { Terminal } from '../command.js';
import { rawMode } from './raw-mode.js';

/** Writes output to the user's streams, no faster than they take it. */
export async function showOutput(
  output: AsyncIterable<Output>,
  terminal: Pick<Terminal, 'stdout' | 'stderr'>,
): Promise<void> {
  for await (const { stream, data } of output) {
    const to = terminal[stream];
    if (!to.write(data)) await once(to, 'drain');
  }
}

/** How a session ended. */
export type SessionEnd = 'output' | 'detached';

/** How the user's terminal and a process are joined. */
export interface SessionOptions {
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly detachKeys: string;
}

/**
 * Joins the user's streams with a process until its output ends or the user detaches. The terminal is raw
 * meanwhile, and always put back. The end of a piped stdin is passed on; output still flows after it.
 */
export async function runSession(
  { socket, output }: Hijacked,
  terminal: Terminal,
  options: SessionOptions,
): Promise<SessionEnd> {
  using _raw = options.tty && options.stdin ? rawMode(terminal.stdin) : undefined;
  const watch = new DetachWatch(options.tty ? options.detachKeys : undefined);
  const detached = new Promise<SessionEnd>((resolve) => {
    if (options.stdin) forwardInput(terminal.stdin, socket, watch, () => resolve('detached'));
  });
  const ended = showOutput(output(options.tty), terminal).then((): SessionEnd => 'output');
  const end = await Promise.race([ended, detached]);
  if (options.stdin) {
    terminal.stdin.pause();
    terminal.stdin.unref?.();
  }
  socket.destroy();
  return end;
}

function forwardInput(
  stdin: NodeJS.ReadStream,
  socket: Hijacked['socket'],
  watch: DetachWatch,
  detach: () => void,
): void {
  stdin.on('data', (data: Buffer) => {
    const { pass, detach: asked } = watch.push(data);
    if (pass.length > 0 && !socket.write(pass)) {
      stdin.pause();
      socket.once('drain', () => stdin.resume());
    }
    if (asked) detach();
  });
  stdin.once('end', () => socket.end());
  stdin.once('error', () => socket.end());
  socket.once('close', () => stdin.pause());
}
