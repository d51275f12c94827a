import type { Answer } from 'dns-packet';
import type { Ids } from '../../base/ids.js';
import { type Family, formatIp, type Ip } from '../../base/ip.js';
import type { Forwarder, Transport } from './forward.js';
import type { DnsSandbox } from './model.js';
import type { NameRegistry } from './names.js';
import { addressOfReverseName } from './reverse.js';
import { buildReply, classIn, isEncodable, parseQuery, type Query, rcodes, types } from './wire.js';

/** How long clients may keep an answer of ours, in seconds; Docker's value. */
const ttlSeconds = 600;
const tcpLimit = 65535;

/** Which addresses a type of query asks for. Other types of a known name have an empty answer. */
const familiesOf: ReadonlyMap<number, readonly Family[]> = new Map<number, readonly Family[]>([
  [types.a, [4]],
  [types.aaaa, [6]],
  [types.any, [4, 6]],
]);

/** Answers the queries of sandboxes: names of their networks from the registry, the rest from outside. */
export class Resolver {
  readonly #names: NameRegistry;
  readonly #forwarder: Pick<Forwarder, 'forward'>;
  readonly #ids: Ids;

  constructor(parts: { names: NameRegistry; forwarder: Pick<Forwarder, 'forward'>; ids: Ids }) {
    this.#names = parts.names;
    this.#forwarder = parts.forwarder;
    this.#ids = parts.ids;
  }

  /**
   * The answer to a packet. At once where nobody has to be asked; undefined where nothing must be
   * said. Never throws, whatever the bytes.
   */
  answer(
    sandbox: DnsSandbox,
    packet: Buffer,
    transport: Transport,
  ): Buffer | Promise<Buffer> | undefined {
    const parsed = parseQuery(packet);
    if (!parsed) return undefined;
    if ('refusal' in parsed) return parsed.refusal;
    const { query } = parsed;
    const limit = transport === 'tcp' ? tcpLimit : query.udpLimit;
    const local = this.#local(sandbox, query);
    if (local) return buildReply(query, limit, local);
    if (isHeldBack(sandbox, query)) return buildReply(query, limit, {});
    return this.#forwarder.forward(sandbox, query, transport);
  }

  #local(
    sandbox: DnsSandbox,
    query: Query,
  ): { rcode?: number; answers?: readonly Answer[] } | undefined {
    const { name } = query;
    if (name === undefined || query.class !== classIn) return undefined;
    if (query.type === types.ptr) return this.#reverse(sandbox, name);
    const found = this.#names.lookup(sandbox.view, name, familiesOf.get(query.type) ?? []);
    if (!found) return undefined;
    return { answers: this.#shuffled(found.addresses).map((ip) => addressRecord(name, ip)) };
  }

  #reverse(
    sandbox: DnsSandbox,
    name: string,
  ): { rcode?: number; answers?: readonly Answer[] } | undefined {
    const ip = addressOfReverseName(name);
    const data = ip && this.#names.reverse(sandbox.view, ip);
    if (data === undefined) return undefined;
    // A name that DNS can't carry: say so, rather than let someone outside answer for our address.
    if (!isEncodable(data)) return { rcode: rcodes.servFail };
    return { answers: [{ type: 'PTR', name, ttl: ttlSeconds, data }] };
  }

  /** In random order, so that clients which take the first address spread over all of them. */
  #shuffled(addresses: readonly Ip[]): Ip[] {
    const shuffled = [...addresses];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = Number.parseInt(this.#ids.hex(8), 16) % (last + 1);
      const [a, b] = [shuffled[last], shuffled[other]];
      if (a && b) [shuffled[last], shuffled[other]] = [b, a];
    }
    return shuffled;
  }
}

function addressRecord(name: string, ip: Ip): Answer {
  const type = ip.family === 4 ? 'A' : 'AAAA';
  return { type, name, ttl: ttlSeconds, data: formatIp(ip) };
}

/** The user wants short names completed from the search list: an empty answer makes the client do it. */
function isHeldBack(sandbox: DnsSandbox, { name, type }: Query): boolean {
  const asksAddress = type === types.a || type === types.aaaa;
  return sandbox.ndotsSet && asksAddress && name !== undefined && !name.includes('.');
}
