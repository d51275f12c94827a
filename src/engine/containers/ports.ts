import type { HostConfig } from '../../api/types/container.js';
import { InvalidParameter } from '../../base/errors.js';
import { parseIp } from '../../base/ip.js';
import { remembered } from '../../base/remembered.js';
import type { ExposedPort as ExposedPorts, PortRequest } from '../../cnm/model.js';
import { joinedExposed, joinedRequests } from '../../cnm/ports/ranges.js';

/** A container's port as Docker writes it, `80/tcp`. */
export interface ExposedPort {
  readonly port: number;
  readonly protocol: PortRequest['protocol'];
}

/** Reads `80`, `80/tcp`, `53/udp`. @throws InvalidParameter */
export function parseExposedPort(text: string): ExposedPort {
  const slash = text.indexOf('/');
  const port = parsePort(slash === -1 ? text : text.slice(0, slash));
  if (port === undefined || port === 0) {
    throw new InvalidParameter(`invalid port specification: "${text}"`);
  }
  return { port, protocol: slash === -1 ? 'tcp' : parseProtocol(text.slice(slash + 1)) };
}

/** Most say it as it is: not each of ten thousand is cut into pieces. What follows another slash is left out. */
function parseProtocol(text: string): PortRequest['protocol'] {
  if (isProtocol(text)) return text;
  const [protocol = ''] = text.toLowerCase().split('/');
  if (!isProtocol(protocol)) throw new InvalidParameter(`invalid proto: ${protocol}`);
  return protocol;
}

/** What the container says it listens on; neighbouring ports are one entry. @throws InvalidParameter */
export const exposedPorts = remembered(
  (exposed: Readonly<Record<string, unknown>>): readonly ExposedPorts[] =>
    joinedExposed(
      Object.keys(exposed).map((spec) => {
        const { port, protocol } = parseExposedPort(spec);
        return { protocol, containerPort: port };
      }),
    ),
);

/** What the user wants published; neighbouring ports are one request. @throws InvalidParameter naming the binding that can't be read */
export function portRequests(
  { PortBindings, PublishAllPorts }: Pick<HostConfig, 'PortBindings' | 'PublishAllPorts'>,
  exposed: Readonly<Record<string, unknown>>,
): readonly PortRequest[] {
  const requests = boundRequests(PortBindings);
  if (!PublishAllPorts) return requests.joined;
  return joinedRequests([...requests.single, ...allExposed(requests.single, exposed)]);
}

const anyPort = [{ HostIp: '', HostPort: '' }];

const boundRequests = remembered((map: HostConfig['PortBindings']) => {
  const single: PortRequest[] = [];
  for (const [spec, bindings] of Object.entries(map)) {
    const { port, protocol } = parseExposedPort(spec);
    const wanted = bindings?.length ? bindings : anyPort;
    for (const { HostIp: hostIp, HostPort } of wanted) {
      if (hostIp !== '' && !parseIp(hostIp))
        throw new InvalidParameter(`invalid IP address: ${hostIp}`);
      single.push({ protocol, containerPort: port, hostIp, hostPort: parseHostPorts(HostPort) });
    }
  }
  return { single, joined: joinedRequests(single) };
});

function allExposed(
  have: readonly PortRequest[],
  exposed: Readonly<Record<string, unknown>>,
): PortRequest[] {
  const published = new Set(have.map((r) => `${r.containerPort}/${r.protocol}`));
  return Object.keys(exposed)
    .map(parseExposedPort)
    .filter((e) => !published.has(`${e.port}/${e.protocol}`))
    .map((e) => ({
      protocol: e.protocol,
      containerPort: e.port,
      hostIp: '',
      hostPort: [0, 0] as const,
    }));
}

function parseHostPorts(text: string): readonly [number, number] {
  if (text === '') return [0, 0];
  const only = parsePort(text);
  if (only !== undefined) return [only, only];
  const ends = text.split('-').map(parsePort);
  const [first, last] = ends;
  if (first === undefined || last === undefined || ends.length > 2 || first > last) {
    throw new InvalidParameter(`invalid hostPort: ${text}`);
  }
  return [first, last];
}

function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65535 ? port : undefined;
}

function isProtocol(text: string): text is PortRequest['protocol'] {
  return text === 'tcp' || text === 'udp' || text === 'sctp';
}
