import type { Step, Workload } from './workload.js';

/** How many networks there may be. */
const MOST = 5;
/** The last digit of a network's name says of which kind it is, so that the same name is always the same command. */
const kinds: readonly ((name: string, load: Workload) => object)[] = [
  () => ({}),
  (name) => ({ IPAM: { Config: [{ Subnet: subnetOf(name) }] } }),
  () => ({ EnableIPv6: true }),
  () => ({ Internal: true }),
  (name) => ({ ConfigOnly: true, IPAM: { Config: [{ Subnet: subnetOf(name) }] } }),
  (name) => ({ ConfigFrom: { Network: name.replace(/5$/, '4') } }),
  (_name, { parents }) => ({ Driver: 'macvlan', Options: { parent: parents[0] } }),
  (name) => ({ Driver: 'macvlan', IPAM: { Config: [{ Subnet: subnetOf(name) }] } }),
  () => ({
    EnableIPv6: true,
    Internal: true,
    Options: { 'com.docker.network.bridge.enable_icc': 'false' },
  }),
  () => ({ Options: { 'com.docker.network.bridge.enable_icc': 'false' } }),
];

/** Those with addresses that can be asked for more often than others. */
const likely = [0, 1, 1, 2, 3, 5, 5, 6, 6, 7, 7, 8, 9];

/** What is known of networks by their names. */
export const networkKinds = {
  /** Those that others are made of take none. */
  takesContainers: (name: string): boolean => !name.endsWith('4'),

  /** An address that the container may ask for; undefined where addresses come from the pools. */
  staticAddress(name: string, host: number): string | undefined {
    if (!/^net\d[157]$/.test(name)) return undefined;
    return subnetOf(name.replace(/5$/, '4')).replace('0/24', String(host));
  },
};

/** `net37`: 10.37.0.0/24. */
function subnetOf(name: string): string {
  return `10.1${name.slice(3)}.0.0/24`;
}

async function createNetwork(load: Workload): Promise<unknown> {
  if ((await load.networks()).length >= MOST) return removeNetwork(load);
  const kind = load.random.pick(likely) ?? 0;
  const Name = `net${load.random.below(2)}${kind}`;
  const wanted = kinds[kind]?.(Name, load);
  const source = (wanted as { ConfigFrom?: { Network: string } }).ConfigFrom?.Network;
  if (source !== undefined)
    await load.ask('POST', '/networks/create', { Name: source, ...kinds[4]?.(source, load) });
  return load.ask('POST', '/networks/create', { Name, ...wanted });
}

async function removeNetwork(load: Workload): Promise<unknown> {
  const network = load.random.pick(await load.networks());
  if (network === undefined) return;
  return load.ask('DELETE', `/networks/${network}`);
}

/** The more often a step is in the list, the likelier it is. */
export const networkSteps: readonly Step[] = [
  createNetwork,
  createNetwork,
  createNetwork,
  removeNetwork,
];
