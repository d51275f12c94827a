import type { IptablesGroup, SavedTable } from './model.js';
import { isOwnedBy, parseSave } from './parse.js';
import { keyOf, renderAdd, renderDelete, renderRemoval } from './render.js';
import { type RunTool, runTool } from './tool.js';

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

/** Settings of {@link Iptables}; each has a default. */
export interface IptablesOptions {
  /** Default 4. */
  readonly family?: 4 | 6;
  /** `nft` or `legacy` for one of the two implementations; default: what the system calls `iptables`. */
  readonly variant?: 'nft' | 'legacy';
  /** Words before the program, e.g. `['nsenter', '--net=/run/netns/web']`. */
  readonly prefix?: readonly string[];
  /** How long to wait for the lock that all iptables programs share. Default 10. */
  readonly lockSeconds?: number;
  /** Default: `child_process.spawn`. */
  readonly run?: RunTool;
}

/** iptables of one address family in one namespace. */
export class Iptables {
  readonly #options: IptablesOptions;

  constructor(options: IptablesOptions = {}) {
    this.#options = options;
  }

  /** Adds groups in one batch. @throws InvalidRule @throws IptablesError */
  async add(groups: readonly IptablesGroup[]): Promise<void> {
    await this.restore(renderAdd(groups));
  }

  /**
   * Removes groups in one batch. If some of it is gone already, the tables are read and what is left is
   * removed: rules by their owner, chains by their name. @throws InvalidRule @throws IptablesError
   */
  async remove(groups: readonly IptablesGroup[]): Promise<void> {
    try {
      await this.restore(renderDelete(groups));
    } catch (error) {
      if (!(error instanceof IptablesError)) throw error;
      await this.restore(renderLeft(groups, await this.save()));
    }
  }

  /** Applies a batch as `iptables-restore --noflush` reads it; an empty one is not run. @throws IptablesError */
  async restore(batch: string): Promise<void> {
    if (batch === '') return;
    await this.#call('restore', ['--noflush', '--wait', String(this.#lockSeconds)], batch);
  }

  /** The tables as they are. @throws IptablesError @throws ParseError */
  async save(): Promise<SavedTable[]> {
    return parseSave(await this.#call('save', [], ''));
  }

  get #lockSeconds(): number {
    return this.#options.lockSeconds ?? 10;
  }

  async #call(verb: 'restore' | 'save', args: readonly string[], input: string): Promise<string> {
    const { family = 4, variant, prefix = [], run = runTool } = this.#options;
    const program = [family === 6 ? 'ip6tables' : 'iptables', ...(variant ? [variant] : []), verb];
    const name = program.join('-');
    // Beyond the wait for the lock: a batch of 10,000 rules takes a few seconds.
    const timeoutMs = this.#lockSeconds * 1000 + 60_000;
    const result = await run({ command: [...prefix, name, ...args], input, timeoutMs });
    if (result.status !== 0) throw new IptablesError(name, result, input);
    return result.stdout;
  }
}

/** The removal of what is left of the groups in the tables. */
function renderLeft(groups: readonly IptablesGroup[], saved: readonly SavedTable[]): string {
  const there = new Set(
    saved.flatMap(({ table, chains }) => chains.map(({ name }) => keyOf({ table, name }))),
  );
  const chains = groups.flatMap((group) => group.chains).filter((chain) => there.has(keyOf(chain)));
  const own = new Set(chains.map(keyOf));
  const rules = saved
    .flatMap((table) => table.rules)
    .filter((rule) => groups.some(({ owner }) => isOwnedBy(rule, owner)))
    .filter(({ table, chain }) => !own.has(keyOf({ table, name: chain })));
  return renderRemoval(rules, chains);
}

/** `line 3 failed` from the kernel's refusals, `Error occurred at line: 3` from the parser's. */
function lineOf(text: string, batch: string): string | undefined {
  const number = /\bline:? (\d+)/.exec(text)?.[1];
  return number === undefined ? undefined : batch.split('\n')[Number(number) - 1];
}
