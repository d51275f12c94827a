/** Bindings as ranges, for what is kept and planned, and one by one, for what is shown. */
import type { PortRequest } from '../model.js';

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
  const all: T[] = [];
  /** Where in `all` the last one of each kind is. */
  const last = new Map<string, number>();
  for (const binding of bindings) {
    const key = `${binding.protocol} ${binding.hostIp}`;
    const at = last.get(key);
    const before = at === undefined ? undefined : all[at];
    if (at !== undefined && before && goesOn(before, binding)) {
      all[at] = { ...before, count: countOf(before) + countOf(binding) };
    } else {
      last.set(key, all.push(binding) - 1);
    }
  }
  return all;
}

/** The same for requests: those with one exact host port are put together. */
export function joinedRequests(requests: readonly PortRequest[]): PortRequest[] {
  const all = requests.map(({ hostPort: [first, last], ...rest }, index) => ({
    ...rest,
    // What must not be put together gets a number of its own that no port goes on from.
    hostPort: first === last && first !== 0 ? first : -2 * index - 2,
    wanted: [first, last] as const,
  }));
  return joined(all).map(({ hostPort: _, wanted, ...rest }) => ({ ...rest, hostPort: wanted }));
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

function goesOn(before: Ranged, next: Ranged): boolean {
  const count = countOf(before);
  const hostGoesOn =
    before.hostPort === 0 ? next.hostPort === 0 : next.hostPort === before.hostPort + count;
  return hostGoesOn && next.containerPort === before.containerPort + count;
}
