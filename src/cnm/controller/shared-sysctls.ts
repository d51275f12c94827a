import type { AppliedPlan, AppliedStep, StepArgs } from '../plan.js';
import type { NetworkState } from './records.js';

/**
 * Settings of the whole host (`net.ipv4.ip_forward`) are wanted by several networks, but only the first that
 * set one knows what it was before. When that network goes, the setting stays, and what it was before is
 * handed to a network that still wants it: the last to go puts it back.
 * @returns what of `plan` is to be undone, and the heirs with their new memories
 */
export function bequeath(
  plan: AppliedPlan,
  others: readonly NetworkState[],
): { readonly rest: AppliedPlan; readonly heirs: readonly NetworkState[] } {
  const heirs = new Map<string, NetworkState>();
  const rest = plan.filter((step) => {
    if (step.kind !== 'sysctl.set') return true;
    const owner = others
      .map((other) => heirs.get(other.network.id) ?? other)
      .find((other) => other.plan.some((candidate) => sameSetting(candidate, step.args)));
    if (!owner) return true;
    heirs.set(owner.network.id, { ...owner, plan: owner.plan.map((at) => inherit(at, step)) });
    return false;
  });
  return { rest, heirs: [...heirs.values()] };
}

type SysctlStep = Extract<AppliedStep, { kind: 'sysctl.set' }>;

function inherit(step: AppliedStep, from: SysctlStep): AppliedStep {
  // One that changed nothing has nothing to hand on.
  if (!sameSetting(step, from.args) || from.memory.before === from.args.value) return step;
  return { ...step, memory: from.memory } as AppliedStep;
}

function sameSetting(step: AppliedStep, args: StepArgs['sysctl.set']): boolean {
  return (
    step.kind === 'sysctl.set' &&
    step.args.netns === args.netns &&
    step.args.value === args.value &&
    step.args.key.join('/') === args.key.join('/')
  );
}
