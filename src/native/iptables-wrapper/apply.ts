import { IptablesError } from './error.js';
import type { IptablesGroup, SavedTable } from './model.js';
import { isOwnedBy, parseSave } from './parse.js';
import { keyOf, renderAdd, renderDelete, renderRemoval } from './render.js';
import { type RunTool, runTool } from './tool.js';
import { outputOf, type ToolOptions, type ToolVerb, toolCall } from './tool-call.js';

/** Settings of {@link Iptables}; each has a default. */
export interface IptablesOptions extends ToolOptions {
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
    await this.#call('restore', batch);
  }

  /** The tables as they are. @throws IptablesError @throws ParseError */
  async save(): Promise<SavedTable[]> {
    return parseSave(await this.#call('save', ''));
  }

  async #call(verb: ToolVerb, input: string): Promise<string> {
    const call = toolCall(this.#options, verb, input);
    return outputOf(call, await (this.#options.run ?? runTool)(call));
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
