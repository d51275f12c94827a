import { InvalidParameter } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import { formatIp, type Ip, ip } from '../../base/ip.js';
import { parseMac } from '../../base/mac.js';
import type { Rollback } from '../../base/rollback.js';
import type { Driver, EndpointDraft } from '../driver.js';
import type { Lease } from '../ipam/address-space.js';
import type { EndpointRequest, Interface, NetworkRecord, SandboxRecord } from '../model.js';
import type { Parts } from './parts.js';

/** Whose endpoint it is. */
export type Owner = Pick<SandboxRecord, 'id' | 'containerName' | 'hostname'>;

/** Endpoints before anything is done to the kernel for them: names and addresses are taken here. */
export class EndpointDrafts {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Works an endpoint out. Its addresses are leased; `rollback` gives them back.
   * @param taken names of the interfaces that the sandbox has already
   * @throws what the driver and IPAM refuse
   */
  make(
    owner: Owner,
    { network, request }: { network: NetworkRecord; request: EndpointRequest },
    taken: readonly string[],
    rollback: Rollback,
  ): EndpointDraft {
    const { ids } = this.#parts;
    const driver = this.driverOf(network);
    this.#refuse(network, request);
    driver.validateEndpoint(network, request);
    const link =
      driver.sandbox === 'own'
        ? this.#interface(network, driver, request, taken, rollback)
        : { name: '', mac: '' };
    return {
      id: ids.id(),
      networkId: network.id,
      sandboxId: owner.id,
      request,
      interface: link,
      dnsNames: this.namesOf(owner, network, request),
    };
  }

  /** The names that the endpoint is found by, the container's first; none where names don't resolve. */
  namesOf(owner: Owner, network: NetworkRecord, request: EndpointRequest): string[] {
    if (!this.driverOf(network).resolvesNames(network)) return [];
    const names = [owner.containerName, ...request.aliases, shortId(owner.id), owner.hostname];
    return [...new Set(names.filter((name) => name !== ''))];
  }

  /** Leases the addresses of an endpoint that exists, again. @throws where one is taken */
  retake({ networkId, interface: link }: EndpointDraft): void {
    const space = this.#parts.ipam.space(networkId);
    for (const address of addressesOf(link)) space?.allocate({ family: address.family, address });
  }

  /** Gives the endpoint's addresses back. */
  release({ networkId, interface: link }: EndpointDraft): void {
    const space = this.#parts.ipam.space(networkId);
    for (const address of addressesOf(link)) space?.release(address);
  }

  /** @throws NotFound where the daemon has the driver no more */
  driverOf(network: NetworkRecord): Driver {
    const driver = this.#parts.drivers.get(network.driver);
    if (!driver)
      throw new InvalidParameter(`network ${network.name} needs driver ${network.driver}`);
    return driver;
  }

  #refuse({ predefined }: NetworkRecord, { ipv4, ipv6 }: EndpointRequest): void {
    if (predefined && (ipv4 ?? ipv6) !== undefined)
      throw new InvalidParameter(
        'user-specified IP address is supported on user-defined networks only',
      );
  }

  #interface(
    network: NetworkRecord,
    driver: Driver,
    request: EndpointRequest,
    taken: readonly string[],
    rollback: Rollback,
  ): Interface {
    const leases = this.#lease(network, driver, request, rollback);
    const mac = driver.borrowsMac ? '' : this.#macFor(request);
    const hasGateway = driver.hasGateway(network);
    const parts = leases.map(({ address, subnet, gateway }) => ({
      [`ipv${address.family}`]: `${formatIp(address)}/${subnet.prefix}`,
      ...(gateway && hasGateway && { [`gateway${address.family}`]: formatIp(gateway) }),
    }));
    return Object.assign({ ...driver.nameInterface(network, request, taken), mac }, ...parts);
  }

  #macFor(request: EndpointRequest): string {
    const mac = request.mac === undefined ? this.#parts.ids.mac() : parseMac(request.mac);
    if (mac === undefined) throw new InvalidParameter(`invalid MAC address: ${request.mac}`);
    return mac;
  }

  #lease(
    network: NetworkRecord,
    driver: Driver,
    request: EndpointRequest,
    rollback: Rollback,
  ): Lease[] {
    const space = driver.usesIpam ? this.#parts.ipam.space(network.id) : undefined;
    if (!space) return [];
    const families = [...new Set(network.subnets.map(({ family }) => family))].sort();
    const wishes = new Map([request.ipv4, request.ipv6].flatMap(wishOf));
    // An address of a family that the network doesn't have is refused in IPAM's words.
    for (const wish of wishes.values()) space.subnetOf(wish);
    return families.map((family) => {
      const address = wishes.get(family);
      const lease = space.allocate({ family, ...(address && { address }) });
      rollback.defer('address', () => space.release(lease.address));
      return lease;
    });
  }
}

function wishOf(text: string | undefined): [Ip['family'], Ip][] {
  if (text === undefined || text === '') return [];
  const address = ip(text);
  return [[address.family, address]];
}

function addressesOf({ ipv4, ipv6 }: Interface): Ip[] {
  return [ipv4, ipv6].flatMap((text) => (text === undefined ? [] : [ip(text.split('/')[0] ?? '')]));
}
