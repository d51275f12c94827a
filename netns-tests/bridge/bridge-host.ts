import { randomIds } from '../../src/base/ids.js';
import { applyPlan, undoPlan } from '../../src/cnm/apply.js';
import type { EndpointDraft } from '../../src/cnm/driver.js';
import type { FirewallPolicy } from '../../src/cnm/firewall/model.js';
import type { NetworkRecord, PortBinding } from '../../src/cnm/model.js';
import type { AppliedPlan, Plan } from '../../src/cnm/plan.js';
import { BridgeDriver } from '../../src/drivers/bridge/driver.js';
import { warmThreadPool } from '../../src/native/netns.js';
import type { Namespace } from '../world/namespace.js';
import { endpointDraft } from '../world/records.js';
import { World } from '../world/world.js';
import { type WorldFirewall, WorldKernel } from './world-kernel.js';

/** A container on a bridge network: a namespace, and what was planned for it. */
export interface BridgedContainer {
  readonly namespace: Namespace;
  readonly draft: EndpointDraft;
}

/** A world whose host has bridge networks, made by plans, without a daemon. */
export class BridgeHost implements AsyncDisposable {
  readonly world: World;
  readonly kernel: WorldKernel;
  readonly driver: BridgeDriver;
  readonly #applied: AppliedPlan[] = [];
  #numbers = 1;

  private constructor(world: World, kernel: WorldKernel) {
    this.world = world;
    this.kernel = kernel;
    const forwarding = { enable: true, forOthers: false };
    this.driver = new BridgeDriver({
      ids: randomIds,
      sysctls: kernel.sysctls('host'),
      forwarding,
    });
  }

  /** `settings` are what the daemon's flags say of the firewall. */
  static async create(settings: WorldFirewall = {}): Promise<BridgeHost> {
    await warmThreadPool();
    const world = await World.create();
    return new BridgeHost(world, new WorldKernel(world, settings));
  }

  /** Applies a network's plan. */
  network(record: NetworkRecord): NetworkRecord {
    applyPlan(this.driver.planHost(record), this.kernel);
    this.#apply(this.driver.planNetwork(record));
    return record;
  }

  /** Connects a new namespace to a network; host numbers are given out from 2 on. */
  async container(
    name: string,
    network: NetworkRecord,
    bindings: readonly PortBinding[] = [],
  ): Promise<BridgedContainer> {
    const namespace = await this.world.namespace(name);
    const draft = endpointDraft(network, ++this.#numbers);
    this.#apply(this.driver.planEndpoint(network, draft, namespace.path));
    this.#apply(this.driver.planGateway(network, draft, namespace.path));
    this.#apply(this.driver.planPorts(network, draft, bindings));
    return { namespace, draft };
  }

  /** Installs a policy that no plan of a network or container has. */
  policy(policy: FirewallPolicy): void {
    this.#apply([{ kind: 'firewall.add', args: { policy } }]);
  }

  /** Undoes all plans, the last one first. */
  async undoAll(): Promise<void> {
    for (const applied of this.#applied.splice(0).reverse()) {
      await undoPlan(applied, this.kernel, 'now');
    }
  }

  /** The rule set of the host as `nft` prints it, with ids cut and elements, which have no order, sorted. */
  async rules(): Promise<string> {
    const text = await this.world.host.must('nft list ruleset');
    return text
      .replaceAll(/([0-9a-f]{12})[0-9a-f]{52}/g, '$1')
      .replaceAll(/elements = \{([^}]*)\}/g, (_, list: string) => {
        const elements = list.split(',').map((element) => `\t\t\t${element.trim()}`);
        return `elements = {\n${elements.sort().join(',\n')}\n\t\t}`;
      });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kernel[Symbol.dispose]();
    await this.world[Symbol.asyncDispose]();
  }

  #apply(plan: Plan): void {
    this.#applied.push(applyPlan(plan, this.kernel));
  }
}

/** A port of the host, of all addresses of IPv4 unless said otherwise, that leads to a container's port. */
export function publish(
  hostPort: number,
  containerPort: number,
  { protocol = 'tcp', hostIp = '0.0.0.0' }: Partial<PortBinding> = {},
): PortBinding {
  return { protocol, hostIp, hostPort, containerPort };
}
