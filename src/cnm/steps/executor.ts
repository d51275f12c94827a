import type { Kernel, Netns } from '../kernel.js';
import type { StepArgs, StepKind, StepMemory } from '../plan.js';

/**
 * How one kind of step is carried out. `observe`, `apply` and `undo` are all synchronous, so that a whole plan
 * is done without letting go of the event loop; what the kernel is slow at has a second, asynchronous undo.
 */
export interface Executor<K extends StepKind> {
  /** What the step is about, to follow `cannot`: `create bridge docker0`. */
  describe(args: StepArgs[K]): string;
  /** Where it works; undefined when that is the host as a whole. */
  netns?(args: StepArgs[K]): Netns;
  /** Reads what the undo will need. Changes nothing. @throws Conflict where the step can't possibly be done. */
  observe(args: StepArgs[K], kernel: Kernel): StepMemory[K];
  /** Does it, or does nothing and throws. */
  apply(args: StepArgs[K], kernel: Kernel, memory: StepMemory[K]): void;
  /** Undoes it, waiting for the kernel if need be. What is gone already may be thrown: it counts as done. */
  undo(args: StepArgs[K], kernel: Kernel, memory: StepMemory[K], mode: SyncUndoMode): void;
  /** The same without blocking the event loop; its effect for others is immediate. Default: `undo`. */
  undoAsync?(args: StepArgs[K], kernel: Kernel, memory: StepMemory[K]): Promise<void>;
  /**
   * Whether the undo is to be finished even where the sandbox's namespace is about to vanish, because what it
   * undoes would be in others' way for as long as the kernel takes for that. Default: no.
   */
  undoesBeforeNamespace?(args: StepArgs[K]): boolean;
  /** Whether its errors are meant for users as they are and get no `cannot ...` before them. */
  readonly plainErrors?: true;
}

/** `lazily`: the sandbox's namespace is about to vanish and takes its links with it. */
export type SyncUndoMode = 'blocking' | 'lazily';
