import { Forbidden, InvalidParameter } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import { type Family, formatIp, type Ip, ip } from '../../base/ip.js';
import { parseMac } from '../../base/mac.js';
import type { Rollback } from '../../base/rollback.js';
import type { Driver, EndpointDraft } from '../driver.js';
import { disablesIPv6, endpointConfig } from '../endpoint-options.js';
import type { Lease } from '../ipam/address-space.js';
import type { Holder } from '../ipam/holders.js';
import type { EndpointRequest, Interface, NetworkRecord, SandboxRecord } from '../model.js';
import type { Parts } from './parts.js';

/** Whose endpoint it is. */
export type Owner = Pick<SandboxRecord, 'id' | 'containerName' | 'hostname' | 'withoutIPv6'>;

/** What an endpoint is to be. */
export interface Wanted {
  readonly network: NetworkRecord;
  readonly request: EndpointRequest;
  /** For a leg that nobody asked for. */
  readonly name?: string;
}

/** Prefix lengths of addresses that nobody hands out, as Docker has them (RFC 3927, RFC 4291 2.5.6). */
const linkLocalPrefix: { readonly [F in Family]: number } = { 4: 16, 6: 64 };

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
    { network, request, name }: Wanted,
    taken: readonly string[],
    rollback: Rollback,
  ): EndpointDraft {
    const { ids } = this.#parts;
    const driver = this.driverOf(network);
    this.#refuse(network, request);
    driver.validateEndpoint(network, request);
    const link =
      driver.sandbox === 'own'
        ? this.#interface(network, driver, withoutIPv6(owner, request), taken, rollback)
        : { name: '', mac: '' };
    return {
      id: ids.id(),
      ...(name !== undefined && { name }),
      networkId: network.id,
      sandboxId: owner.id,
      request,
      interface: link,
      dnsNames: name === undefined ? this.namesOf(owner, network, request) : [],
    };
  }

  /** The names that the endpoint is found by, the container's first; none where names don't resolve. */
  namesOf(owner: Owner, network: NetworkRecord, request: EndpointRequest): string[] {
    if (!this.driverOf(network).resolvesNames(network)) return [];
    const names = [owner.containerName, ...request.aliases, shortId(owner.id), owner.hostname];
    return [...new Set(names.filter((name) => name !== ''))];
  }

  /** Leases the addresses of an endpoint that exists, again. @throws where one is taken */
  retake({ networkId, sandboxId, interface: link }: EndpointDraft): void {
    const space = this.#parts.ipam.space(networkId);
    const name = this.#parts.registry.sandbox(sandboxId)?.record.containerName ?? '';
    const holder = { id: sandboxId, name };
    for (const address of addressesOf(link))
      space?.allocate({ family: address.family, address, holder });
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

  #refuse({ predefined, configOnly }: NetworkRecord, { ipv4, ipv6 }: EndpointRequest): void {
    if (configOnly) throw new Forbidden('cannot create endpoint on configuration-only network');
    if (predefined && (ipv4 ?? ipv6) !== undefined)
      throw new InvalidParameter(
        'user-specified IP address is supported on user-defined networks only',
      );
  }

  #interface(
    network: NetworkRecord,
    driver: Driver,
    { request, families, holder }: Limited,
    taken: readonly string[],
    rollback: Rollback,
  ): Interface {
    const leases = this.#lease(network, driver, { request, families, holder }, rollback);
    const linkLocal = linkLocalOf(request, leases);
    const mac = this.#macFor(network, driver, request);
    const hasGateway = driver.hasGateway(network);
    const parts = leases.map(({ address, subnet, gateway }) => ({
      [`ipv${address.family}`]: `${formatIp(address)}/${subnet.prefix}`,
      ...(gateway && hasGateway && { [`gateway${address.family}`]: formatIp(gateway) }),
    }));
    const names = driver.nameInterface(network, request, taken);
    return Object.assign({ ...names, mac, ...(linkLocal && { linkLocal }) }, ...parts);
  }

  #macFor(network: NetworkRecord, driver: Driver, request: EndpointRequest): string {
    if (request.mac === undefined && driver.borrowsMac?.(network)) return '';
    const mac = request.mac === undefined ? this.#parts.ids.mac() : parseMac(request.mac);
    if (mac === undefined) throw new InvalidParameter(`invalid MAC address: ${request.mac}`);
    return mac;
  }

  #lease(
    network: NetworkRecord,
    driver: Driver,
    { request, families: allowed, holder }: Limited,
    rollback: Rollback,
  ): Lease[] {
    const space = driver.usesIpam ? this.#parts.ipam.space(network.id) : undefined;
    if (!space) return [];
    const families = [...new Set(network.subnets.map(({ family }) => family))]
      .filter((family) => allowed.includes(family))
      .sort();
    const wishes = new Map([request.ipv4, request.ipv6].flatMap(wishOf));
    // An address of a family that the network doesn't have is refused in IPAM's words.
    for (const wish of wishes.values()) space.subnetOf(wish);
    return families.map((family) => {
      const address = wishes.get(family);
      const lease = space.allocate({ family, holder, ...(address && { address }) });
      rollback.defer('address', () => space.release(lease.address));
      return lease;
    });
  }
}

/** A request with the families that the endpoint can have. */
interface Limited {
  readonly request: EndpointRequest;
  readonly families: readonly Family[];
  readonly holder: Holder;
}

/** Where the container or the endpoint's own settings switch IPv6 off there is nothing to be had of it. */
function withoutIPv6(owner: Owner, request: EndpointRequest): Limited {
  const holder = { id: owner.id, name: owner.containerName };
  if (!owner.withoutIPv6 && !disablesIPv6(endpointConfig(request.driverOptions)))
    return { request, families: [4, 6], holder };
  const { ipv6, ...rest } = request;
  return { request: rest, families: [4], holder };
}

/** @throws InvalidParameter for an IPv6 address on an interface that has no IPv6 */
function linkLocalOf(
  { linkLocal }: EndpointRequest,
  leases: readonly Lease[],
): readonly string[] | undefined {
  if (linkLocal === undefined || linkLocal.length === 0) return undefined;
  const hasIPv6 = leases.some(({ address }) => address.family === 6);
  return linkLocal.map((text) => {
    const address = ip(text);
    if (address.family === 6 && !hasIPv6)
      throw new InvalidParameter(`cannot add link-local address ${text}: the endpoint has no IPv6`);
    return `${formatIp(address)}/${linkLocalPrefix[address.family]}`;
  });
}

function wishOf(text: string | undefined): [Ip['family'], Ip][] {
  if (text === undefined || text === '') return [];
  const address = ip(text);
  return [[address.family, address]];
}

function addressesOf({ ipv4, ipv6 }: Interface): Ip[] {
  return [ipv4, ipv6].flatMap((text) => (text === undefined ? [] : [ip(text.split('/')[0] ?? '')]));
}
