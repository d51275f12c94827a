import { spawn, spawnSync } from 'node:child_process';

/** How to run a program. */
export interface ToolCall {
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly input: string;
  readonly timeoutMs: number;
}

/** What a program came to. */
export interface ToolResult {
  /** Undefined when a signal ended it. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Rejects only if it can't be started. */
export type RunTool = (call: ToolCall) => Promise<ToolResult>;

/** The same for callers that must not let anyone else have a turn. @throws if it can't be started */
export type RunToolSync = (call: ToolCall) => ToolResult;

/** {@link RunTool} by `child_process.spawn`, without a shell. */
export const runTool: RunTool = ({ command: [program = '', ...args], input, timeoutMs }) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { timeout: timeoutMs });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status: status ?? undefined, ...output }));
    // A tool that refuses early closes its input; what it has to say comes by stderr.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });

/** {@link RunToolSync} by `child_process.spawnSync`, without a shell. */
export const runToolSync: RunToolSync = ({
  command: [program = '', ...args],
  input,
  timeoutMs,
}) => {
  const options = { input, timeout: timeoutMs, encoding: 'utf8', maxBuffer: 1 << 30 } as const;
  const { status, stdout, stderr, error } = spawnSync(program, args, options);
  // A tool that ran into the timeout has no status; one that could not be started has no process at all.
  if (error && Reflect.get(error, 'code') !== 'ETIMEDOUT') throw error;
  return { status: status ?? undefined, stdout, stderr };
};
