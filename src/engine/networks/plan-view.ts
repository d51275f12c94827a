import type { PlannedStepView } from '../../api/types/plan.js';
import type { PlannedStep } from '../../cnm/contract.js';

/** A step of a plan on the wire. */
export function plannedStepView({
  verb,
  step: { kind, args },
  what,
  netns,
  isThere = false,
  commands,
}: PlannedStep): PlannedStepView {
  return {
    Verb: verb,
    Kind: kind,
    Where: placeName(netns),
    What: what,
    Stands: isThere,
    Args: args,
    Commands: commands,
  };
}

/** Paths of namespaces say nothing to a user; there is just one besides the host's. */
function placeName(netns: PlannedStep['netns']): string {
  if (netns === undefined) return '';
  return netns === 'host' ? 'host' : 'container';
}
