import { beginUndo } from '../apply.js';
import type { EndpointRecord } from '../model.js';
import type { AppliedPlan, AppliedStep } from '../plan.js';
import type { Parts } from './parts.js';

/** Runs work on a sandbox while nobody else changes it. */
export type Exclusive = (sandboxId: string, work: () => Promise<void>) => Promise<void>;

/**
 * What is left of endpoints that running sandboxes have lost. They are cut off when the client gets its answer;
 * the kernel deletes their links in the background, and until it has, the next start would do it.
 */
export class EndpointRemains {
  readonly #parts: Parts;
  readonly #exclusive: Exclusive;

  constructor(parts: Parts, exclusive: Exclusive) {
    this.#parts = parts;
    this.#exclusive = exclusive;
  }

  /** Takes the endpoint away, synchronously but for its links. What remains must be stored as pending. */
  begin({ endpoint: { sandboxId, plan }, remains }: Leaving): void {
    const { kernel, deletions } = this.#parts;
    const { finished } = beginUndo(withoutOwnSettings(plan), kernel, 'now');
    deletions.track(plan, finished, () =>
      this.#exclusive(sandboxId, () => this.#forget(sandboxId, remains)),
    );
  }

  async #forget(sandboxId: string, remains: AppliedPlan): Promise<void> {
    const { registry, sandboxStates } = this.#parts;
    const state = registry.sandbox(sandboxId);
    if (!state?.pending.includes(remains)) return;
    const next = { ...state, pending: state.pending.filter((plan) => plan !== remains) };
    registry.setSandbox(next);
    await sandboxStates.save(sandboxId, next);
  }
}

/** An endpoint that goes. */
export interface Leaving {
  readonly endpoint: EndpointRecord;
  /** What the kernel is slow to undo; the rest, such as addresses, may be another endpoint's by then. */
  readonly remains: AppliedPlan;
}

/** Makes ready to take an endpoint away. */
export function leaving(endpoint: EndpointRecord): Leaving {
  return { endpoint, remains: endpoint.plan.filter(({ kind }) => kind === 'link.add') };
}

/** Settings of links that go anyway are left as they are: undone, they could open what must stay shut. */
function withoutOwnSettings(plan: AppliedPlan): AppliedPlan {
  const links = plan.flatMap((step) =>
    step.kind === 'link.add' && !step.memory.existed ? namesIn(step) : [],
  );
  return plan.filter(
    (step) => step.kind !== 'sysctl.set' || !links.includes(step.args.key.at(3) ?? ''),
  );
}

function namesIn({ args: { link } }: Extract<AppliedStep, { kind: 'link.add' }>): string[] {
  return link.kind === 'veth' ? [link.name, link.peer.name] : [link.name];
}
