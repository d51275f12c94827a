import { messageOf, System } from './errors.js';
import type { Logger } from './logger.js';

/** One undo, named for the log. It may be asynchronous; "already gone" is not an error in it. */
interface Undo {
  readonly what: string;
  readonly run: () => void | Promise<void>;
}

/**
 * A build-up that is undone unless it is committed:
 *
 * ```ts
 * await using rollback = new Rollback(logger);
 * const bridge = createBridge();
 * rollback.defer('bridge', () => removeBridge(bridge));
 * ...
 * rollback.commit();
 * ```
 *
 * Undos run in reverse order, each of them even if an earlier one failed. A failed undo is logged, not
 * thrown: the error that made the roll-back necessary is the one that the caller must see.
 */
export class Rollback implements AsyncDisposable {
  readonly #logger: Logger;
  #undos: Undo[] = [];

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Registers the undo of something that was just done. */
  defer(what: string, run: () => void | Promise<void>): void {
    this.#undos.push({ what, run });
  }

  /** Everything succeeded: nothing will be undone. */
  commit(): void {
    this.#undos = [];
  }

  /** Undoes all that was deferred, unless it was committed. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures = await runAll(this.#undos.splice(0));
    if (failures.length > 0) this.#logger.warn('roll-back incomplete', { failures });
  }
}

/**
 * Owns things for the life of a program and disposes them in reverse order of creation, which is
 * reverse order of dependency when factories write `lifetime.own(new X(...))`.
 */
export class Lifetime implements AsyncDisposable {
  readonly #owned: Undo[] = [];

  /** Takes ownership of `thing` and hands it back. */
  own<T extends Disposable | AsyncDisposable>(thing: T): T {
    this.#owned.push({ what: thing.constructor.name, run: () => dispose(thing) });
    return thing;
  }

  /** Disposes everything owned. @throws System naming every disposal that failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures = await runAll(this.#owned.splice(0));
    if (failures.length > 0) throw new System(`clean-up failed: ${failures.join('; ')}`);
  }
}

async function dispose(thing: Disposable | AsyncDisposable): Promise<void> {
  if (Symbol.asyncDispose in thing) await thing[Symbol.asyncDispose]();
  else thing[Symbol.dispose]();
}

async function runAll(undos: Undo[]): Promise<string[]> {
  const failures: string[] = [];
  for (const { what, run } of undos.reverse()) {
    try {
      await run();
    } catch (error) {
      failures.push(`${what}: ${messageOf(error)}`);
    }
  }
  return failures;
}
