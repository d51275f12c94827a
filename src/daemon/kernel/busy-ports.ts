import type { Family } from '../../base/ip.js';
import type { PortProtocol } from '../../cnm/ports/port-binding.js';
import { portsInUse } from '../../native/sockdiag.js';

const none: ReadonlySet<number> = new Set();

/** Which ports of the host have sockets, whoever's: the kernel is asked once for each question. */
export class BusyPorts {
  readonly #all: { readonly [F in Family]: Map<PortProtocol, ReadonlySet<number>> } = {
    4: new Map(),
    6: new Map(),
  };
  readonly #some = new Map<string, ReadonlySet<number>>();

  /** Of the address' family. */
  all(protocol: PortProtocol, address: string): ReadonlySet<number> {
    const known = this.#all[familyOf(address)];
    const found = known.get(protocol) ?? inUse(protocol, address, [1, 65_535]);
    known.set(protocol, found);
    return found;
  }

  /** The same between two ports, which takes less time. */
  among(
    protocol: PortProtocol,
    address: string,
    range: readonly [number, number],
  ): ReadonlySet<number> {
    const key = `${protocol} ${familyOf(address)} ${range.join('-')}`;
    const found = this.#some.get(key) ?? inUse(protocol, address, range);
    this.#some.set(key, found);
    return found;
  }
}

function inUse(
  protocol: PortProtocol,
  address: string,
  [first, last]: readonly [number, number],
): ReadonlySet<number> {
  if (protocol === 'sctp') return none;
  return portsInUse({ protocol, family: familyOf(address) }, first, last);
}

function familyOf(address: string): Family {
  return address.includes(':') ? 6 : 4;
}
