import type { Ids } from '../../base/ids.js';
import { type Family, type Ip, ipBytes } from '../../base/ip.js';
import type { Forwarder, Transport } from './forward.js';
import type { DnsSandbox } from './model.js';
import type { NameRegistry } from './names.js';
import { OutsideNames } from './outside-names.js';
import {
  type AnswerRecord,
  buildReply,
  encodeName,
  isEncodable,
  type ReplyContent,
} from './reply.js';
import { addressOfReverseName } from './reverse.js';
import { classAny, classIn, parseQuery, type Query, rcodes, types } from './wire.js';

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
  readonly #outside: OutsideNames;

  constructor(parts: { names: NameRegistry; forwarder: Pick<Forwarder, 'forward'>; ids: Ids }) {
    this.#names = parts.names;
    this.#forwarder = parts.forwarder;
    this.#ids = parts.ids;
    this.#outside = new OutsideNames(parts.names);
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
    const own = this.#own(sandbox, query);
    if (own) return buildReply(query, limit, own);
    return this.#forward(sandbox, query, transport);
  }

  async #forward(sandbox: DnsSandbox, query: Query, transport: Transport): Promise<Buffer> {
    const answer = await this.#forwarder.forward(sandbox, query, transport);
    if (query.type !== types.ptr) this.#outside.note(sandbox, answer, query.question.length);
    return answer;
  }

  /** What is answered without asking anybody; undefined for what is to be forwarded. */
  #own(sandbox: DnsSandbox, query: Query): ReplyContent | undefined {
    const { name, type } = query;
    if (name === undefined) return undefined;
    const reverse = type === types.ptr ? this.#reverse(sandbox, name) : undefined;
    return reverse ?? this.#known(sandbox, query, name) ?? this.#completed(sandbox, query, name);
  }

  /** A name of a network that the sandbox is on. */
  #known(sandbox: DnsSandbox, query: Query, name: string): ReplyContent | undefined {
    const found = this.#names.lookup(sandbox.view, name, wantedFamilies(sandbox, query));
    if (found) return { records: this.#shuffled(found.addresses).map(addressRecord) };
    return this.#isService(sandbox, name) ? {} : undefined;
  }

  /** `_http._tcp.web` asks what `web` serves (RFC 2782). That is not known here, nor is it outside. */
  #isService(sandbox: DnsSandbox, name: string): boolean {
    if (!name.startsWith('_')) return false;
    const host = name.replace(/^(_[^.]*\.)+/, '');
    return this.#names.lookup(sandbox.view, host, []) !== undefined;
  }

  /**
   * What clients make of names that they want completed. A container's name with a search domain behind it does
   * not go out (CVE-2025-8283): it doesn't exist, so the client goes on to the name alone. Other names of one label
   * stay here where the user wants them completed: an empty answer makes the client do it.
   */
  #completed(sandbox: DnsSandbox, { type }: Query, name: string): ReplyContent | undefined {
    if (this.#isKnownWithSearch(sandbox, name)) return { rcode: rcodes.nxDomain };
    const asksAddress = type === types.a || type === types.aaaa;
    return sandbox.ndotsSet && asksAddress && !name.includes('.') ? {} : undefined;
  }

  #isKnownWithSearch(sandbox: DnsSandbox, asked: string): boolean {
    if (sandbox.search.length === 0) return false;
    const lower = asked.toLowerCase();
    return sandbox.search.some((domain) => {
      if (!lower.endsWith(`.${domain}`)) return false;
      const name = lower.slice(0, -domain.length - 1);
      return (
        this.#names.lookup(sandbox.view, name, []) !== undefined || this.#isService(sandbox, name)
      );
    });
  }

  #reverse(sandbox: DnsSandbox, name: string): ReplyContent | undefined {
    const ip = addressOfReverseName(name);
    const found = ip && this.#names.reverse(sandbox.view, ip);
    if (!found || this.#outside.has(sandbox, ip, found.endpoint)) return undefined;
    // A name that DNS can't carry: say so, rather than let someone outside answer for our address.
    if (!isEncodable(found.name)) return { rcode: rcodes.servFail };
    return { records: [{ type: types.ptr, data: encodeName(found.name) }] };
  }

  /** In random order, so that clients which take the first address spread over all of them. */
  #shuffled(addresses: readonly Ip[]): readonly Ip[] {
    if (addresses.length < 2) return addresses;
    const shuffled = [...addresses];
    const random = this.#ids.hex(8 * addresses.length);
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = Number.parseInt(random.slice(8 * last, 8 * last + 8), 16) % (last + 1);
      const [a, b] = [shuffled[last], shuffled[other]];
      if (a && b) [shuffled[last], shuffled[other]] = [b, a];
    }
    return shuffled;
  }
}

function addressRecord(ip: Ip): AnswerRecord {
  return { type: ip.family === 4 ? types.a : types.aaaa, data: ipBytes(ip) };
}

/** The families of addresses that the answer may have. */
function wantedFamilies({ hasIPv6 }: DnsSandbox, query: Query): readonly Family[] {
  const isInternet = query.class === classIn || query.class === classAny;
  const wanted = isInternet ? (familiesOf.get(query.type) ?? []) : [];
  return hasIPv6 ? wanted : wanted.filter((family) => family === 4);
}
