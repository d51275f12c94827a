/**
 * Carries plans out. The order that survives a `kill -9` is: {@link prepare} (reads only), store what it
 * returned, {@link applyPrepared}. A plan that was stored but perhaps not wholly applied is undone like any
 * other: `prepare` has seen what stood there before, and what isn't there counts as undone.
 */
import { messageOf, System } from '../base/errors.js';
import type { Kernel, Netns } from './kernel.js';
import type {
  AppliedPlan,
  AppliedStep,
  Plan,
  Step,
  StepArgs,
  StepKind,
  StepMemory,
} from './plan.js';
import { addrAdd, routeAdd } from './steps/address.js';
import { alreadyExists, isGone } from './steps/errors.js';
import type { Executor, SyncUndoMode } from './steps/executor.js';
import { conntrackFlush, firewallAdd, portReserve, proxyAdd } from './steps/firewall.js';
import { linkAdd, linkUp } from './steps/link.js';
import { sysctlSet } from './steps/sysctl.js';

/** One executor a kind of step; a missing one does not compile. */
type Executors = { readonly [K in StepKind]: Executor<K> };

const executors: Executors = {
  'link.add': linkAdd,
  'link.up': linkUp,
  'addr.add': addrAdd,
  'route.add': routeAdd,
  'sysctl.set': sysctlSet,
  'firewall.add': firewallAdd,
  'port.reserve': portReserve,
  'proxy.add': proxyAdd,
  'conntrack.flush': conntrackFlush,
};

/**
 * How a plan is undone.
 * - `now`: links are deleted on another thread; their ports are cut off at once.
 * - `lazily`: the sandbox's namespace is about to vanish. What was done inside is left to it, and so are veths,
 *   which are only cut off. Links on a parent are deleted nevertheless.
 */
export type UndoMode = 'now' | 'lazily';

/** A step of any kind with its memory, as generic code sees it. */
interface StepOf<K extends StepKind> {
  readonly kind: K;
  readonly args: StepArgs[K];
  readonly memory: StepMemory[K];
}

/**
 * Reads what each step's undo will need: the plan as it will be once it is applied. Changes nothing.
 * @throws Conflict where a device of another kind has the name of a planned link
 */
export function prepare(plan: Plan, kernel: Kernel): AppliedPlan {
  return plan.map((step) => observed(step, kernel));
}

/**
 * Applies a prepared plan, synchronously. The first failure is thrown, with what was attempted before it, once
 * all steps before are undone; `onFailure: 'lazily'` spares undoing what vanishes with the sandbox's namespace.
 */
export function applyPrepared(
  prepared: AppliedPlan,
  kernel: Kernel,
  { onFailure = 'blocking' }: { onFailure?: SyncUndoMode } = {},
): void {
  const done: AppliedStep[] = [];
  for (const step of prepared) {
    try {
      applyStep(step, kernel);
    } catch (error) {
      const left = undoSync(done, kernel, onFailure);
      throw failure(step, error, left);
    }
    done.push(step);
  }
}

/** {@link prepare} and {@link applyPrepared} in one, for what needn't survive a crash. */
export function applyPlan(plan: Plan, kernel: Kernel): AppliedPlan {
  const prepared = prepare(plan, kernel);
  applyPrepared(prepared, kernel);
  return prepared;
}

/** What a plan's steps are called, in order. */
export function describePlan(plan: Plan): string[] {
  return plan.map((step) => describe(step));
}

/**
 * Makes sure of a plan that was applied before, by an earlier daemon for instance: what is there stays, what is
 * missing is made. The memories stay those of the first time. Firewall and connection tracking are left alone.
 */
export function reapply(applied: AppliedPlan, kernel: Kernel): void {
  for (const step of applied) {
    if (!isReappliable(step, kernel)) continue;
    try {
      applyStep(observed(step, kernel), kernel);
    } catch (error) {
      if (!alreadyExists(error)) throw failure(step, error, []);
    }
  }
}

/**
 * Undoes a plan in reverse order. Everything but links on a parent has taken effect for others when this returns;
 * `finished` resolves when the kernel has deleted the links as well, and rejects with all failures. A failure doesn't keep the rest
 * from being undone; what is gone already counts as done.
 */
export function beginUndo(
  applied: AppliedPlan,
  kernel: Kernel,
  mode: UndoMode,
): { readonly finished: Promise<void> } {
  const failures: string[] = [];
  const undo = mode === 'lazily' ? undoStepLazily : undoStepAsync;
  const pending = applied.toReversed().map((step) => undo(step, kernel, failures));
  return { finished: finish(failures, pending) };
}

/** {@link beginUndo} until it is finished. @throws System naming every failure */
export function undoPlan(applied: AppliedPlan, kernel: Kernel, mode: UndoMode): Promise<void> {
  return beginUndo(applied, kernel, mode).finished;
}

/**
 * Undoes a plan at once, for plans without links to delete.
 * @returns what failed; the rest is undone nevertheless
 */
export function undoAtOnce(applied: AppliedPlan, kernel: Kernel): string[] {
  return undoSync(applied, kernel, 'blocking');
}

/** Where a step works; undefined when that is the host as a whole. */
export function placeOf(step: Step): Netns | undefined {
  return placeOfOne(step as StepOf<StepKind>);
}

/** The arguments of all steps of one kind. */
export function argsOf<K extends StepKind>(applied: AppliedPlan, kind: K): StepArgs[K][] {
  return applied.filter((step) => step.kind === kind).map((step) => step.args as StepArgs[K]);
}

function isReappliable(step: AppliedStep, kernel: Kernel): boolean {
  if (step.kind === 'firewall.add' || step.kind === 'conntrack.flush') return false;
  // Of whatever kind: it was ours when it was made.
  return step.kind !== 'link.add' || !kernel.links(step.args.netns).link(step.args.link.name);
}

async function finish(failures: string[], pending: Promise<void>[]): Promise<void> {
  await Promise.all(pending);
  if (failures.length > 0) throw new System(failures.join('; '));
}

function undoSync(applied: AppliedPlan, kernel: Kernel, mode: SyncUndoMode): string[] {
  const failures: string[] = [];
  for (const step of applied.toReversed()) {
    if (mode === 'lazily' && isInside(step)) continue;
    try {
      undoStep(step, kernel, mode);
    } catch (error) {
      note(step, error, failures);
    }
  }
  return failures;
}

/** The part before the first `await` runs at once, which is what makes the undo take effect in order. */
async function undoStepAsync(step: AppliedStep, kernel: Kernel, failures: string[]): Promise<void> {
  try {
    await startUndo(step, kernel);
  } catch (error) {
    note(step, error, failures);
  }
}

/** The same where the sandbox's namespace is about to vanish. */
async function undoStepLazily(
  step: AppliedStep,
  kernel: Kernel,
  failures: string[],
): Promise<void> {
  if (isInside(step)) return;
  if (undoesBeforeNamespace(step)) return undoStepAsync(step, kernel, failures);
  try {
    undoStep(step, kernel, 'lazily');
  } catch (error) {
    note(step, error, failures);
  }
}

function note(step: AppliedStep, error: unknown, failures: string[]): void {
  if (!isGone(error)) failures.push(`cannot undo "${describe(step)}": ${messageOf(error)}`);
}

function failure(step: AppliedStep, error: unknown, left: readonly string[]): unknown {
  if (left.length === 0 && executors[step.kind].plainErrors) return error;
  const rest = left.length > 0 ? ` (roll-back incomplete: ${left.join('; ')})` : '';
  return new System(`cannot ${describe(step)}${rest}`, { cause: error });
}

function isInside<K extends StepKind>(step: Omit<StepOf<K>, 'memory'>): boolean {
  const netns = placeOfOne(step);
  return netns !== undefined && netns !== 'host';
}

function placeOfOne<K extends StepKind>({
  kind,
  args,
}: Omit<StepOf<K>, 'memory'>): Netns | undefined {
  return (executors[kind] as Executor<K>).netns?.(args);
}

function undoesBeforeNamespace<K extends StepKind>({ kind, args }: StepOf<K>): boolean {
  return (executors[kind] as Executor<K>).undoesBeforeNamespace?.(args) ?? false;
}

function describe<K extends StepKind>({ kind, args }: Omit<StepOf<K>, 'memory'>): string {
  return (executors[kind] as Executor<K>).describe(args);
}

function observed<K extends StepKind>(
  { kind, args }: Omit<StepOf<K>, 'memory'>,
  kernel: Kernel,
): AppliedStep {
  const memory = (executors[kind] as Executor<K>).observe(args, kernel);
  return { kind, args, memory } as unknown as AppliedStep;
}

function applyStep<K extends StepKind>({ kind, args, memory }: StepOf<K>, kernel: Kernel): void {
  if (kernel.note) kernel.note({ verb: 'do', step: { kind, args, memory } as AppliedStep });
  else (executors[kind] as Executor<K>).apply(args, kernel, memory);
}

function undoStep<K extends StepKind>(
  { kind, args, memory }: StepOf<K>,
  kernel: Kernel,
  mode: SyncUndoMode,
): void {
  if (kernel.note) kernel.note({ verb: 'undo', step: { kind, args, memory } as AppliedStep });
  else (executors[kind] as Executor<K>).undo(args, kernel, memory, mode);
}

function startUndo<K extends StepKind>(
  { kind, args, memory }: StepOf<K>,
  kernel: Kernel,
): Promise<void> | void {
  if (kernel.note)
    return kernel.note({ verb: 'undo', step: { kind, args, memory } as AppliedStep });
  const executor = executors[kind] as Executor<K>;
  if (executor.undoAsync) return executor.undoAsync(args, kernel, memory);
  executor.undo(args, kernel, memory, 'blocking');
}
