import type { AppliedPlan, AppliedStep } from '../plan.js';
import type { Parts } from './parts.js';
import type { NetworkState } from './records.js';

/**
 * What is to be undone of a network that goes: its plan without the links that other networks have planned too
 * (VLAN sub-interfaces). One of those networks becomes the owner of such a link, if the one that goes is.
 * Doing it again after a crash does no harm.
 */
export async function handOver(
  { plan }: NetworkState,
  others: readonly NetworkState[],
  { networkStates, registry }: Pick<Parts, 'networkStates' | 'registry'>,
): Promise<AppliedPlan> {
  const left: AppliedStep[] = [];
  for (const step of plan) {
    const heir = others.find((other) => other.plan.some((theirs) => isSameLink(theirs, step)));
    if (!heir) {
      left.push(step);
      continue;
    }
    if (!isOwner(step)) continue;
    const current = registry.networkState(heir.network.id) ?? heir;
    const next = { ...current, plan: current.plan.map((theirs) => owning(theirs, step)) };
    // In memory first: whatever is removed meanwhile must find its owner.
    registry.setNetworkState(next);
    await networkStates.save(heir.network.id, next);
  }
  return left;
}

function owning(theirs: AppliedStep, step: AppliedStep): AppliedStep {
  if (theirs.kind !== 'link.add' || !isSameLink(theirs, step)) return theirs;
  return { ...theirs, memory: { existed: false } };
}

function isOwner(step: AppliedStep): boolean {
  return step.kind === 'link.add' && !step.memory.existed;
}

function isSameLink(a: AppliedStep, b: AppliedStep): boolean {
  return (
    a.kind === 'link.add' &&
    b.kind === 'link.add' &&
    a.args.netns === b.args.netns &&
    a.args.link.name === b.args.link.name
  );
}
