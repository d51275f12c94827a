import { type Ip, ipFromBytes } from '../../base/ip.js';
import type { EndpointNames, SandboxView } from './model.js';
import type { NameRegistry } from './names.js';
import { afterName, headerLength, types } from './wire.js';

/** Who asked. Its identity is what counts. */
interface Asker {
  readonly view: SandboxView;
}

/**
 * Addresses of containers that a server outside has given a name to: a sandbox that was told so gets the reverse
 * name from outside too, as in Docker. Remembered for the asker alone, whose servers may say what they like.
 */
export class OutsideNames {
  readonly #names: Pick<NameRegistry, 'reverse'>;
  readonly #seen = new WeakMap<Asker, Map<bigint, EndpointNames>>();

  constructor(names: Pick<NameRegistry, 'reverse'>) {
    this.#names = names;
  }

  /** Notes the addresses in an answer from outside that belong to endpoints which the sandbox can see. */
  note(asker: Asker, answer: Buffer, questionLength: number): void {
    for (const ip of addressesIn(answer, headerLength + questionLength)) {
      const endpoint = this.#names.reverse(asker.view, ip)?.endpoint;
      if (!endpoint) continue;
      const seen = this.#seen.get(asker) ?? new Map<bigint, EndpointNames>();
      this.#seen.set(asker, seen.set(ip.value, endpoint));
    }
  }

  /** Whether the asker was told of the address while it belonged to this endpoint. */
  has(asker: Asker, ip: Ip, endpoint: EndpointNames): boolean {
    return this.#seen.get(asker)?.get(ip.value) === endpoint;
  }
}

/** Addresses of the A and AAAA records in the answer section, up to the first thing that can't be read. */
function addressesIn(packet: Buffer, start: number): Ip[] {
  const found: Ip[] = [];
  const count = packet.readUInt16BE(6);
  let at = start;
  for (let i = 0; i < count; i++) {
    const fixed = afterName(packet, at);
    if (fixed === undefined || fixed + 10 > packet.length) break;
    const data = fixed + 10;
    at = data + packet.readUInt16BE(fixed + 8);
    const length = addressLengths.get(packet.readUInt16BE(fixed));
    if (at > packet.length) break;
    if (at - data === length) found.push(ipFromBytes(packet.subarray(data, at)));
  }
  return found;
}

const addressLengths: ReadonlyMap<number, number> = new Map([
  [types.a, 4],
  [types.aaaa, 16],
]);
