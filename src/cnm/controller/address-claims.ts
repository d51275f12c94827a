import { formatIp, type Ip, parseIp } from '../../base/ip.js';
import type { Attachment } from '../contract.js';
import type { Holder } from '../ipam/holders.js';
import type { Ipam } from '../ipam/ipam.js';
import type { Registry } from './registry.js';

/** What a container has claimed. */
interface Claim {
  readonly holder: Holder;
  readonly attachments: readonly Attachment[];
  /** What of it IPAM knows: networks may come later than the containers that are to be on them. */
  readonly kept: readonly { readonly networkId: string; readonly address: Ip }[];
}

/**
 * The static addresses that containers were made with. They are told of by the engine, whose records outlive
 * the daemon; IPAM keeps each for its container, whether it runs or not.
 */
export class AddressClaims {
  readonly #registry: Registry;
  readonly #ipam: Ipam;
  readonly #claims = new Map<string, Claim>();
  /** Ids of holders with an address on a network that isn't there. */
  readonly #waiting = new Set<string>();

  constructor({ registry, ipam }: { registry: Registry; ipam: Ipam }) {
    this.#registry = registry;
    this.#ipam = ipam;
  }

  /** Takes the place of what the container claimed before; an address that stays keeps its turn. */
  set(holder: Holder, attachments: readonly Attachment[]): void {
    const wished = attachments.filter(({ endpoint: { ipv4, ipv6 } }) => ipv4 || ipv6);
    const before = this.#claims.get(holder.id)?.kept ?? [];
    const kept = wished.flatMap((attachment) => this.#keep(holder, attachment));
    const stays = new Set(kept.map(keyOf));
    for (const { networkId, address } of before.filter((one) => !stays.has(keyOf(one))))
      this.#ipam.space(networkId)?.withdraw(address, holder.id);
    if (wished.length > 0) this.#claims.set(holder.id, { holder, attachments: wished, kept });
    else this.#claims.delete(holder.id);
    const isWhole = wished.every(({ network }) => this.#idOf(network) !== undefined);
    if (isWhole) this.#waiting.delete(holder.id);
    else this.#waiting.add(holder.id);
  }

  /** A network has come: it may be one that somebody waits for. */
  networkCame(): void {
    for (const id of [...this.#waiting]) {
      const claim = this.#claims.get(id);
      if (claim) this.set(claim.holder, claim.attachments);
    }
  }

  /** A network has gone, and IPAM has forgotten all about it; one of its name may come. */
  networkWent(networkId: string): void {
    for (const [id, { kept }] of this.#claims)
      if (kept.some((one) => one.networkId === networkId)) this.#waiting.add(id);
  }

  #keep(holder: Holder, { network, endpoint: { ipv4, ipv6 } }: Attachment) {
    const networkId = this.#idOf(network);
    const space = networkId === undefined ? undefined : this.#ipam.space(networkId);
    if (networkId === undefined || !space) return [];
    const addresses = [ipv4, ipv6].flatMap((text) => (text && parseIp(text)) || []);
    for (const address of addresses) space.claim(address, holder);
    return addresses.map((address) => ({ networkId, address }));
  }

  /** Undefined where a reference means no network, or several. */
  #idOf(reference: string): string | undefined {
    try {
      return this.#registry.network(reference).id;
    } catch {
      // The container's start tells the user; there is nothing to keep.
      return undefined;
    }
  }
}

function keyOf({ networkId, address }: Claim['kept'][number]): string {
  return `${networkId} ${formatIp(address)}`;
}
