import type { Random } from './random.js';

/** Docker API: the ports of a container to be. */
export interface PublishedPorts {
  readonly ExposedPorts: Readonly<Record<string, object>>;
  readonly PortBindings: Readonly<Record<string, readonly PortWish[]>>;
}
interface PortWish {
  readonly HostIp?: string;
  readonly HostPort: string;
}

/** Ports of the container and what of the host's is to lead to them. */
type Kind = (random: Random) => Readonly<Record<string, readonly PortWish[]>>;

const kinds: readonly Kind[] = [
  () => ({ '80/tcp': [{ HostPort: '18080' }] }),
  (random) => ({ '80/tcp': [{ HostPort: String(18_000 + random.below(50)) }] }),
  () => ({ '80/tcp': [{ HostPort: '' }], '53/udp': [{ HostPort: '18053' }] }),
  () => ({ '80/tcp': [{ HostIp: '::1', HostPort: '18081' }] }),
  () => ({ '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '18082' }] }),
  () => ({ '80/tcp': [{ HostPort: '18100-18103' }] }),
  () => range({ first: 20_000, count: 201, containerPort: 20_000 }),
  () => range({ first: 20_100, count: 40, containerPort: 80 }),
];

/** Ports that others ask for as well: alone, by chance, on one address, as one of several, as a range. */
export function publishing(random: Random): PublishedPorts {
  const PortBindings = random.pick(kinds)?.(random) ?? {};
  const ports = Object.keys(PortBindings).map((port) => [port, {}] as const);
  return { PortBindings, ExposedPorts: Object.fromEntries(ports) };
}

/** As a client asks for `-p 20000-20200:80-280`: each port by itself. */
function range(wish: { first: number; count: number; containerPort: number }) {
  const { first, count, containerPort } = wish;
  return Object.fromEntries(
    Array.from({ length: count }, (_, offset) => [
      `${containerPort + offset}/tcp`,
      [{ HostPort: String(first + offset) }],
    ]),
  );
}
