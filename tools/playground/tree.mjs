/*
 * A program: prints networks, their bridges, containers, addresses and ports as a tree.
 *
 *     node tree.mjs [<address of the host>]
 */
import { execFileSync } from 'node:child_process';

const [hostAddress = ''] = process.argv.slice(2);

/** Runs a tsnet command. */
function tsnet(...args) {
  return execFileSync('tsnet', args, { encoding: 'utf8' }).trim();
}

/** Inspects everything that a listing names. */
function inspectAll(listing, inspect) {
  const ids = tsnet(...listing)
    .split(/\s+/)
    .filter(Boolean);
  return ids.length > 0 ? JSON.parse(tsnet(...inspect, ...ids)) : [];
}

/** `br-1003c65179fa 172.18.0.1/16`, or nothing for networks without a bridge. */
function bridgeOf({ Id, Driver, Options, IPAM }) {
  if (Driver !== 'bridge') return '';
  const name = Options['com.docker.network.bridge.name'] ?? `br-${Id.slice(0, 12)}`;
  const addresses = IPAM.Config.map(({ Gateway, Subnet }) => `${Gateway}/${Subnet.split('/')[1]}`);
  return `bridge ${name} ${addresses.join(' ')}`;
}

/** `172.18.0.2  0.0.0.0:8080->80/tcp, [::]:8080->80/tcp`. */
function endpointOf({ NetworkSettings }, network) {
  const ports = Object.entries(NetworkSettings.Ports ?? {}).flatMap(([port, bindings]) =>
    (bindings ?? []).map(({ HostIp, HostPort }) => {
      const address = HostIp.includes(':') ? `[${HostIp}]` : HostIp;
      return `${address}:${HostPort}->${port}`;
    }),
  );
  const { IPAddress } = NetworkSettings.Networks[network];
  return ports.length === 0 ? IPAddress : `${IPAddress}  ${ports.join(', ')}`;
}

/** Lines of a level with those below, drawn as branches. */
function branches(nodes) {
  return nodes.flatMap(({ text, below }, index) => {
    const isLast = index === nodes.length - 1;
    const rest = branches(below).map((line) => `${isLast ? '   ' : '│  '}${line}`);
    return [`${isLast ? '└─' : '├─'} ${text}`, ...rest];
  });
}

const containers = inspectAll(['ps', '-q'], ['inspect']);
const networks = inspectAll(['network', 'ls', '-q'], ['network', 'inspect']);
const nodes = networks
  .toSorted((a, b) => a.Name.localeCompare(b.Name))
  .map((network) => ({
    text: `${network.Name.padEnd(8)} ${bridgeOf(network)}`.trimEnd(),
    below: containers
      .filter(({ NetworkSettings }) => Object.hasOwn(NetworkSettings.Networks, network.Name))
      .map((container) => ({
        text: `${container.Name.slice(1).padEnd(8)} ${endpointOf(container, network.Name)}`,
        below: [],
      })),
  }));
process.stdout.write(`  host ${hostAddress}`.trimEnd());
process.stdout.write(
  `\n${branches(nodes)
    .map((line) => `  ${line}\n`)
    .join('')}`,
);
