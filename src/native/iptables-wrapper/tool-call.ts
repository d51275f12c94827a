import { IptablesError } from './error.js';
import type { ToolCall, ToolResult } from './tool.js';

/** Which of the tools is run, where and how; each setting has a default. */
export interface ToolOptions {
  /** Default 4. */
  readonly family?: 4 | 6;
  /** `nft` or `legacy` for one of the two implementations; default: what the system calls `iptables`. */
  readonly variant?: 'nft' | 'legacy';
  /** Words before the program, e.g. `['nsenter', '--net=/run/netns/web']`. */
  readonly prefix?: readonly string[];
  /** How long to wait for the lock that all iptables programs share. Default 10. */
  readonly lockSeconds?: number;
}

/** What is asked of a tool: to apply a batch, or to print the tables. */
export type ToolVerb = 'restore' | 'save';

/** How to run the tool. */
export function toolCall(options: ToolOptions, verb: ToolVerb, input: string): ToolCall {
  const { prefix = [], lockSeconds = 10 } = options;
  const args = verb === 'restore' ? ['--noflush', '--wait', String(lockSeconds)] : [];
  return {
    command: [...prefix, programName(options, verb), ...args],
    input,
    // Beyond the wait for the lock: a batch of 10,000 rules takes a few seconds.
    timeoutMs: lockSeconds * 1000 + 60_000,
  };
}

/** What the tool printed. @throws IptablesError if it failed */
export function outputOf({ command, input }: ToolCall, result: ToolResult): string {
  if (result.status === 0) return result.stdout;
  const program = command.find((word) => /-(restore|save)$/.test(word)) ?? 'iptables';
  throw new IptablesError(program, result, input);
}

function programName({ family = 4, variant }: ToolOptions, verb: ToolVerb): string {
  const words = [family === 6 ? 'ip6tables' : 'iptables', ...(variant ? [variant] : []), verb];
  return words.join('-');
}
