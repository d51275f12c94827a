import type { Ids } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import { askByTcp, askByUdp, type Exchange } from './exchange.js';
import type { DnsSandbox, Upstream } from './model.js';
import { buildReply, relay } from './reply.js';
import type { UpstreamSockets } from './upstream-sockets.js';
import { isAnswer, isTruncated, type Query, rcodeOf, rcodes, withId } from './wire.js';

/** How the client asked. */
export type Transport = 'udp' | 'tcp';

/** The most a TCP message can hold. */
const tcpLimit = 65535;

/** Bounds on forwarding. The defaults are Docker's, but for `outstanding`, which Docker doesn't bound. */
export interface ForwardLimits {
  /** How many upstreams are asked, 3. */
  readonly upstreams: number;
  /** How long each one has to answer, 4000. */
  readonly timeoutMs: number;
  /** Questions on their way for all sandboxes together, 4096: as many sockets. */
  readonly outstanding: number;
  /** Questions on their way for one sandbox, 1024. */
  readonly outstandingPerSandbox: number;
}

const defaultLimits: ForwardLimits = {
  upstreams: 3,
  timeoutMs: 4000,
  outstanding: 4096,
  outstandingPerSandbox: 1024,
};

/** Asks name servers outside what nobody here knows. */
export class Forwarder {
  readonly #sockets: UpstreamSockets;
  readonly #ids: Ids;
  readonly #logger: Logger;
  readonly #limits: ForwardLimits;
  readonly #outstanding = new Map<string, number>();
  #total = 0;

  constructor(parts: {
    sockets: UpstreamSockets;
    ids: Ids;
    logger: Logger;
    limits?: Partial<ForwardLimits>;
  }) {
    this.#sockets = parts.sockets;
    this.#ids = parts.ids;
    this.#logger = parts.logger;
    this.#limits = { ...defaultLimits, ...parts.limits };
  }

  /**
   * Asks one upstream after the other until one gives an answer that is not SERVFAIL or REFUSED. Never
   * fails: without an answer the reply is SERVFAIL, with too many questions on their way REFUSED.
   */
  async forward(sandbox: DnsSandbox, query: Query, transport: Transport): Promise<Buffer> {
    const limit = transport === 'tcp' ? tcpLimit : query.udpLimit;
    if (!this.#hasRoom(sandbox.id)) {
      this.#logger.debug('too many DNS queries on their way', { sandbox: sandbox.id });
      return buildReply(query, limit, { rcode: rcodes.refused });
    }
    this.#count(sandbox.id, 1);
    try {
      const answer = await this.#askAll(sandbox, query, transport);
      if (!answer) return buildReply(query, limit, { rcode: rcodes.servFail });
      return relay(query, answer, limit);
    } finally {
      this.#count(sandbox.id, -1);
    }
  }

  async #askAll(
    sandbox: DnsSandbox,
    query: Query,
    transport: Transport,
  ): Promise<Buffer | undefined> {
    const upstreams = sandbox.upstreams.slice(0, this.#limits.upstreams);
    for (const upstream of upstreams) {
      // Asked here and not before the loop: the way out may go while an earlier upstream is waited for.
      if (upstream.from === 'host' && !sandbox.hasGateway) continue;
      const answer = await this.#ask(sandbox, upstream, query, transport);
      if (answer && !isFailure(rcodeOf(answer))) return answer;
    }
    return undefined;
  }

  async #ask(
    sandbox: DnsSandbox,
    upstream: Upstream,
    query: Query,
    transport: Transport,
  ): Promise<Buffer | undefined> {
    const id = Number.parseInt(this.#ids.hex(4), 16);
    const exchange: Exchange = {
      address: upstream.address,
      port: upstream.port ?? 53,
      request: withId(query.packet, id),
      accept: (packet) => isAnswer(packet, id, query),
      timeoutMs: this.#limits.timeoutMs,
    };
    const place = upstream.from === 'host' ? 'host' : sandbox;
    const family = upstream.address.includes(':') ? 6 : 4;
    try {
      const answer = await askByUdp(this.#sockets.udp(place, family), exchange);
      if (transport === 'udp' || !answer || !isTruncated(answer)) return answer;
      // A client that asks by UDP repeats its question by TCP; this one did already.
      return (await askByTcp(this.#sockets.tcp(place, family), exchange)) ?? answer;
    } catch (error) {
      this.#logger.debug('no socket for a DNS query', { upstream: upstream.address, error });
      return undefined;
    }
  }

  /**
   * A sandbox may have as many questions on their way as there are places free. So n greedy ones get an n+1st of
   * the places each, and the last share stays free for whoever comes next.
   */
  #hasRoom(sandboxId: string): boolean {
    const { outstanding, outstandingPerSandbox } = this.#limits;
    const free = outstanding - this.#total;
    return (this.#outstanding.get(sandboxId) ?? 0) < Math.min(free, outstandingPerSandbox);
  }

  #count(sandboxId: string, change: 1 | -1): void {
    this.#total += change;
    const count = (this.#outstanding.get(sandboxId) ?? 0) + change;
    if (count > 0) this.#outstanding.set(sandboxId, count);
    else this.#outstanding.delete(sandboxId);
  }
}

function isFailure(rcode: number): boolean {
  return rcode === rcodes.servFail || rcode === rcodes.refused;
}
