import { NftError } from './error.js';
import { applyLine, type Ruleset } from './fake-ruleset.js';
import type { NftContext } from './model.js';

/**
 * An nft that keeps its tables in memory. It understands what `render.ts` writes, holds a script to the
 * kernel's main rules (what is named exists, what is jumped to stays, a key has one value), and applies it
 * whole or not at all.
 */
export class FakeNft implements NftContext {
  /** Every script that was run, in order, failed ones too. */
  readonly scripts: string[] = [];
  isDisposed = false;
  #ruleset: Ruleset = new Map();
  #failures: string[] = [];

  /** Makes the next `times` scripts fail with this error text. */
  failNext(message: string, times = 1): void {
    this.#failures.push(...Array<string>(times).fill(message));
  }

  run(script: string): void {
    this.scripts.push(script);
    const failure = this.#failures.shift();
    if (failure !== undefined) throw new NftError(`Error: ${failure}\n`, script);
    const next = structuredClone(this.#ruleset);
    script.split('\n').forEach((line, i) => {
      if (line !== '') applyNumbered(next, script, line, i + 1);
    });
    this.#ruleset = next;
  }

  /** Forgets everything, as `nft flush ruleset` by someone else would. */
  flushRuleset(): void {
    this.#ruleset.clear();
  }

  /** Names of the tables: `ip tsnet`. */
  tables(): string[] {
    return [...this.#ruleset.keys()];
  }

  /** Names of a table's chains, in order of creation. `table` is `family name`. */
  chains(table: string): string[] {
    return [...(this.#ruleset.get(table)?.chains.keys() ?? [])];
  }

  /** Rules of a chain with their comments, as rendered. */
  rules(table: string, chain: string): string[] {
    return [...(this.#ruleset.get(table)?.chains.get(chain)?.rules ?? [])];
  }

  /** Elements of a set or map: value by key, an empty one in a set; comments left out. */
  elements(table: string, set: string): Record<string, string> {
    const elements = this.#ruleset.get(table)?.sets.get(set)?.elements ?? new Map<string, string>();
    return Object.fromEntries(
      [...elements].map(([key, value]) => [key, value.split(' # ')[0] ?? '']),
    );
  }

  /** Like the real one's answer for `tables`, and for a chain as far as whether it is there. */
  listJson(what: string): unknown {
    const [kind, family, table, chain = ''] = what.split(' ');
    if (kind === 'chain') {
      if (!this.chains(`${family} ${table}`).includes(chain))
        throw new NftError('Error: No such file\n', what);
      return { nftables: [{ chain: { family, table, name: chain } }] };
    }
    if (what !== 'tables') throw new NftError(`Error: FakeNft can't list ${what}\n`, what);
    const tables = this.tables().map((table) => table.split(' '));
    return { nftables: tables.map(([family, name]) => ({ table: { family, name } })) };
  }

  [Symbol.dispose](): void {
    this.isDisposed = true;
  }
}

function applyNumbered(ruleset: Ruleset, script: string, line: string, number: number): void {
  try {
    applyLine(ruleset, line);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new NftError(`script:${number}:1-${line.length}: Error: ${message}\n${line}\n`, script);
  }
}
