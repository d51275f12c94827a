import type { SavedTable } from './model.js';
import { parseSave } from './parse.js';
import { type RunToolSync, runToolSync } from './tool.js';
import { outputOf, type ToolOptions, type ToolVerb, toolCall } from './tool-call.js';

/** The tables of one family, changed and read without letting anyone else have a turn. */
export interface SyncTables {
  /** Applies a batch as `iptables-restore --noflush` reads it; an empty one is not run. @throws IptablesError */
  restore(batch: string): void;
  /** The tables as they are. @throws IptablesError @throws ParseError */
  save(): SavedTable[];
}

/** {@link SyncTables} by the tools; `run` defaults to `child_process.spawnSync`. */
export class IptablesSync implements SyncTables {
  readonly #options: ToolOptions;
  readonly #run: RunToolSync;

  constructor({
    run = runToolSync,
    ...options
  }: ToolOptions & { readonly run?: RunToolSync } = {}) {
    this.#options = options;
    this.#run = run;
  }

  restore(batch: string): void {
    if (batch !== '') this.#call('restore', batch);
  }

  save(): SavedTable[] {
    return parseSave(this.#call('save', ''));
  }

  #call(verb: ToolVerb, input: string): string {
    const call = toolCall(this.#options, verb, input);
    return outputOf(call, this.#run(call));
  }
}
