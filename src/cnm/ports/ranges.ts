/** Bindings as ranges, for what is kept and planned, and one by one, for what is shown. */
import type { ExposedPort, PortRequest } from '../model.js';

/** What is the same for all ports of a range, and where it begins. */
interface Ranged {
  readonly protocol: string;
  readonly containerPort: number;
  readonly hostIp: string;
  readonly hostPort: number;
  readonly count?: number;
}

/** How many ports a binding has. */
export function countOf({ count = 1 }: { readonly count?: number }): number {
  return count;
}

/**
 * Puts each binding together with the one before it of the same protocol and host address, where it goes on
 * where that ends: ten thousand ports in a row are one entry. The order is kept. Ports that have no host port
 * (0) are put together by the container's alone.
 */
export function joined<T extends Ranged>(bindings: readonly T[]): T[] {
  return runs(bindings, ({ hostPort }) => hostPort);
}

/** The same for requests: those with one exact host port are put together. */
export function joinedRequests(requests: readonly PortRequest[]): PortRequest[] {
  return runs(requests, ({ hostPort: [first, last] }) =>
    first === last && first !== 0 ? first : undefined,
  );
}

/** The same for ports that a container exposes. */
export function joinedExposed(ports: readonly ExposedPort[]): ExposedPort[] {
  return runs(ports, () => 0);
}

/** What can be in a run: the next one has the next port of the container. */
interface Runnable {
  readonly protocol: string;
  readonly containerPort: number;
  readonly hostIp?: string;
  readonly count?: number;
}

/** Plain loops: they go over ten thousands of ports at each start. `hostPortOf`: undefined for what stays alone. */
function runs<T extends Runnable>(
  all: readonly T[],
  hostPortOf: (one: T) => number | undefined,
): T[] {
  const found: T[] = [];
  const hostPorts: (number | undefined)[] = [];
  const counts: number[] = [];
  const last = new LastRuns();
  for (const one of all) {
    const hostPort = hostPortOf(one);
    const at = last.of(one);
    const first = found[at];
    const count = counts[at] ?? 0;
    const begin = hostPorts[at];
    const goesOn =
      first !== undefined &&
      begin !== undefined &&
      hostPort === (begin === 0 ? 0 : begin + count) &&
      one.containerPort === first.containerPort + count;
    if (goesOn) {
      counts[at] = count + countOf(one);
      continue;
    }
    last.set(one, found.length);
    found.push(one);
    hostPorts.push(hostPort);
    counts.push(countOf(one));
  }
  if (found.length === all.length) return found;
  return found.map((first, at) => {
    const count = counts[at] ?? 1;
    return count === countOf(first) ? first : { ...first, count };
  });
}

/** Where the last run of each protocol and host address is. */
class LastRuns {
  readonly #all = new Map<string, Map<string, number>>();

  /** -1: there is none. */
  of({ protocol, hostIp = '' }: Runnable): number {
    return this.#all.get(protocol)?.get(hostIp) ?? -1;
  }

  set({ protocol, hostIp = '' }: Runnable, at: number): void {
    const ofProtocol = this.#all.get(protocol);
    if (ofProtocol) ofProtocol.set(hostIp, at);
    else this.#all.set(protocol, new Map([[hostIp, at]]));
  }
}

/** One exposed port for each. */
export function separatedExposed(ports: readonly ExposedPort[]): ExposedPort[] {
  return ports.flatMap(({ protocol, containerPort, count = 1 }) =>
    Array.from({ length: count }, (_, offset) => ({
      protocol,
      containerPort: containerPort + offset,
    })),
  );
}

/** One binding for each port. */
export function separated<T extends Ranged>(bindings: readonly T[]): T[] {
  return bindings.flatMap((binding) => {
    if (binding.count === undefined) return [binding];
    const { count, ...first } = binding;
    const hostPort = (offset: number) => (first.hostPort === 0 ? 0 : first.hostPort + offset);
    return Array.from({ length: count }, (_, offset) => ({
      ...(first as T),
      containerPort: first.containerPort + offset,
      hostPort: hostPort(offset),
    }));
  });
}
