import type { Column, Place } from './dimensions.js';
import type { Question } from './question.js';

/** Ports of a server: published on all addresses, published on loopback, not published. */
export const containerPorts = { published: 80, loopback: 81, unpublished: 82 } as const;

/** Where those are published on the host. */
export const hostPorts = {
  any: ({ number }: Column) => 8000 + number,
  loopback: ({ number }: Column) => 8100 + number,
};

/** Port of the host's own service, and of the outside's. */
export const SERVICE_PORT = 2222;

/** Networks besides the columns': those of other containers that ask, and the one that gateways move to. */
export const OTHER = { nat: 50, routed: 51, internal: 52, aside: 60 } as const;

const lan = { 4: '192.0.2', 6: '2001:db8:1:' } as const;

/** A machine of the LAN: 1 is outside, 2 the host, 3 the neighbour. */
export function lanAddress(family: 4 | 6, machine: number): string {
  return family === 4 ? `${lan[4]}.${machine}` : `${lan[6]}:${machine}`;
}

export function subnet(family: 4 | 6, number: number): string {
  return family === 4 ? `172.20.${number}.0/24` : `fd00:20:${number}::/64`;
}

/** Address `host` of a network: 1 is the bridge, 10 the server, 11 its neighbour. */
export function address(family: 4 | 6, number: number, host: number): string {
  return family === 4 ? `172.20.${number}.${host}` : `fd00:20:${number}::${host}`;
}

/** What is sent where. */
export function questionOf({ target, column, family, protocol }: Place): Question {
  const server = address(family, column.number, 10);
  const to: Record<Place['target'], readonly [address: string, port: number]> = {
    'host:published': [lanAddress(family, 2), hostPorts.any(column)],
    'container:published': [server, containerPorts.published],
    'container:unpublished': [server, containerPorts.unpublished],
    'container:ping': [server, 0],
    'loopback:published': [family === 4 ? '127.0.0.1' : '::1', hostPorts.loopback(column)],
    'host:service': [address(family, column.number, 1), SERVICE_PORT],
    outside: [lanAddress(family, 1), SERVICE_PORT],
  };
  const [where, port] = to[target];
  return { protocol, address: where, port };
}
