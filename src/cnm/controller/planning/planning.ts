import { ip } from '../../../base/ip.js';
import { describePlan, placeOf } from '../../apply.js';
import type {
  Attachment,
  NetworkController,
  NetworkPlanning,
  PlannedStep,
  SandboxRequest,
} from '../../contract.js';
import type { Firewall, StepNote } from '../../kernel.js';
import type { EndpointRecord, NetworkRequest } from '../../model.js';
import type { AppliedPlan, Step } from '../../plan.js';
import type { Surroundings } from '../parts.js';
import type { Registry } from '../registry.js';
import { planningSurroundings } from './surroundings.js';

/** Makes the controller that does things, in other surroundings. */
type MakeController = (surroundings: Surroundings, registry: Registry) => NetworkController;

/**
 * Shows what would be done. The verbs themselves do it, on a copy of the registry and a kernel that only takes
 * notes, so that what is shown is what would be done. Addresses are leased from IPAM as long as that takes, because
 * nothing else knows which it would give.
 */
export class Planning implements NetworkPlanning {
  readonly #real: Surroundings;
  readonly #registry: Registry;
  readonly #make: MakeController;

  constructor(real: Surroundings, registry: Registry, make: MakeController) {
    this.#real = real;
    this.#registry = registry;
    this.#make = make;
  }

  network(request: NetworkRequest): Promise<PlannedStep[]> {
    return this.#try((controller) => controller.createNetwork(request));
  }

  connect(sandboxId: string, attachment: Attachment): Promise<PlannedStep[]> {
    return this.#try((controller) => controller.connect(sandboxId, attachment));
  }

  sandbox(request: SandboxRequest): Promise<PlannedStep[]> {
    return this.#try((controller) => controller.openSandbox(request));
  }

  applied(plan: AppliedPlan): PlannedStep[] {
    return plan.map((step) => shown({ verb: 'do', step }, this.#real.kernel.firewall));
  }

  async #try(work: (controller: NetworkController) => Promise<unknown>): Promise<PlannedStep[]> {
    const surroundings = planningSurroundings(this.#real);
    const registry = this.#registry.copy();
    try {
      await work(this.#make(surroundings, registry));
    } finally {
      this.#giveBack(registry);
    }
    const { firewall } = this.#real.kernel;
    return surroundings.kernel.noted.map((note) => shown(note, firewall));
  }

  /** Leases and subnets that are no real endpoint's or network's. */
  #giveBack(copy: Registry): void {
    const { ipam } = this.#real;
    const real = new Set(endpointsOf(this.#registry).map(({ id }) => id));
    for (const { id, networkId, interface: link } of endpointsOf(copy)) {
      if (real.has(id)) continue;
      for (const address of [link.ipv4, link.ipv6])
        if (address !== undefined) ipam.space(networkId)?.release(ip(address.split('/')[0] ?? ''));
    }
    for (const { id } of copy.networks())
      if (!this.#registry.networkById(id)) ipam.releaseSubnets(id);
  }
}

function endpointsOf(registry: Registry): EndpointRecord[] {
  return registry.sandboxes().flatMap(({ record }) => record.endpoints);
}

function shown({ verb, step }: StepNote, firewall: Pick<Firewall, 'describe'>): PlannedStep {
  const { kind, args, memory } = step;
  const planned = { kind, args } as Step;
  const netns = placeOf(planned);
  const isThere = typeof memory === 'object' && 'existed' in memory && memory.existed;
  return {
    verb,
    step: planned,
    what: describePlan([planned])[0] ?? '',
    ...(netns !== undefined && { netns }),
    ...(isThere && { isThere }),
    commands: step.kind === 'firewall.add' ? firewall.describe([step.args.policy]) : [],
  };
}
