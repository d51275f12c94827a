import { expectGolden } from '../../../netns-tests/world/golden.js';
import {
  endpointDraft,
  networkRecord,
  subnet4,
  subnet6,
} from '../../../netns-tests/world/records.js';
import type { EndpointDraft } from '../../cnm/driver.js';
import { FakeKernel } from '../../cnm/fake-kernel.js';
import type { EndpointRequest, NetworkRecord } from '../../cnm/model.js';
import type { Plan } from '../../cnm/plan.js';
import type { LinkSpec } from '../../native/netlink-ts/model.js';
import type { ParentLinks } from './network.js';

/** Where the containers of a test are. */
export const netns = '/run/netns/c1';

/** An endpoint for which nothing is asked. */
export const plainRequest: EndpointRequest = { aliases: [], driverOptions: {}, gatewayPriority: 0 };

/** A driver of one kind on a host with `eth0`, MTU 1500, and what it is given. */
export class FakeHost<D> {
  readonly #kind: 'macvlan' | 'ipvlan';
  readonly #make: (parts: { links: ParentLinks }) => D;

  constructor(kind: 'macvlan' | 'ipvlan', make: (parts: { links: ParentLinks }) => D) {
    this.#kind = kind;
    this.#make = make;
  }

  /** The driver, on a kernel without these kinds of links. */
  driver(...absent: LinkSpec['kind'][]): D {
    const kernel = new FakeKernel();
    const links = kernel.links('host');
    links.addLink({ kind: 'dummy', name: 'eth0' });
    for (const kind of absent) kernel.absentKinds.add(kind);
    return this.#make({ links });
  }

  /** A network of both families. */
  network(options: Record<string, string>, over: Partial<NetworkRecord> = {}): NetworkRecord {
    const subnets = [subnet4(), subnet6()];
    return networkRecord({ driver: this.#kind, options, subnets, ...over });
  }

  /** As drafts are where MACs are borrowed. */
  draftWithoutMac(network: NetworkRecord): EndpointDraft {
    const draft = endpointDraft(network);
    return { ...draft, interface: { ...draft.interface, mac: '' } };
  }

  golden(name: string, plan: Plan): void {
    const text = `${JSON.stringify(plan, null, 2)}\n`;
    expectGolden(`src/drivers/${this.#kind}/golden/${name}.golden`, text);
  }
}
