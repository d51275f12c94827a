/** What containers and networks leave on a machine: what should be there by the API, and what is there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestDaemon } from '../world/daemon.js';
import type { Namespace } from '../world/namespace.js';

/** Lists of text, so that a difference can be read. All of them are sorted. */
export interface Traces {
  /** Devices in the host's namespace. */
  readonly bridges: readonly string[];
  /** `veth on <bridge>`, one for each. */
  readonly veths: readonly string[];
  /** Who owns firewall rules: `network/<id>`, `endpoint/<id>`. */
  readonly ruleOwners: readonly string[];
  /** Host ports that the firewall leads to containers. */
  readonly ports: readonly number[];
  /** Mount points below the daemon's folder, relative to it. */
  readonly mounts: readonly string[];
  /** Files of network namespaces. */
  readonly namespaces: readonly string[];
  /** Ids with control groups. */
  readonly cgroups: readonly string[];
  /** Ids with a conmon. */
  readonly monitors: readonly string[];
  /** Processes of an OCI runtime that still makes a container. */
  readonly makers: readonly string[];
  /** Names below the exec root that belong to a container: `run/<short id>`, `state/runs/<id>.json`, ... */
  readonly execRoot: readonly string[];
  /** Names below the data root that belong to a container. */
  readonly dataRoot: readonly string[];
}

/** The parts of the API's answers that are looked at. */
interface ListedContainer {
  readonly Id: string;
  readonly State: string;
  readonly HostConfig: { readonly NetworkMode: string };
  readonly Ports: readonly { readonly IP?: string; readonly PublicPort?: number }[];
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { NetworkID: string; EndpointID: string }>>;
  };
}
interface ListedNetwork {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
}

/** Folders of the exec root that have an entry for each running container, and how it is called. */
const execFolders: readonly (readonly [string, (id: string) => string])[] = [
  ['run', short],
  ['state/runs', (id) => `${id}.json`],
  ['state/sandboxes', (id) => `${id}.json`],
  ['launcher/containers', (id) => id],
  ['launcher/runtime', (id) => id],
];

/** What the API says should be there. */
export async function expectedTraces(daemon: TestDaemon): Promise<Traces> {
  const containers = await daemon.api.must<ListedContainer[]>('GET', '/containers/json?all=1');
  const networks = await daemon.api.must<ListedNetwork[]>('GET', '/networks');
  const running = containers.filter(({ State }) => State === 'running' || State === 'paused');
  const ids = running.map(({ Id }) => Id);
  const own = running.filter(
    ({ HostConfig: { NetworkMode: mode } }) => !/^(host$|container:)/.test(mode),
  );
  const bridgeOf = new Map(
    networks
      .filter(({ Driver }) => Driver === 'bridge')
      .map(({ Id, Name }) => [Id, Name === 'bridge' ? 'docker0' : `br-${short(Id)}`]),
  );
  const endpoints = own.flatMap(({ NetworkSettings: { Networks } }) =>
    Object.values(Networks).filter(({ NetworkID }) => bridgeOf.has(NetworkID)),
  );
  return {
    bridges: [...bridgeOf.values()].sort(),
    veths: endpoints.map(({ NetworkID }) => `veth on ${bridgeOf.get(NetworkID)}`).sort(),
    ruleOwners: [
      ...[...bridgeOf.keys()].map((id) => `network/${id}`),
      ...endpoints.map(({ EndpointID }) => `endpoint/${EndpointID}`),
    ].sort(),
    ports: own
      // What comes by IPv6 to containers without it is led by the proxy.
      .flatMap(({ Ports }) => Ports.filter(({ IP }) => IP !== '::'))
      .flatMap(({ PublicPort }) => PublicPort ?? [])
      .sort((a, b) => a - b),
    mounts: [
      'data',
      'run',
      ...ids.map((id) => `data/overlay2/${id}/merged`),
      ...own.map(({ Id }) => `run/netns/${short(Id)}`),
    ].sort(),
    namespaces: own.map(({ Id }) => short(Id)).sort(),
    cgroups: [...ids].sort(),
    monitors: [...ids].sort(),
    makers: [],
    execRoot: execFolders
      .flatMap(([folder, name]) => ids.map((id) => `${folder}/${name(id)}`))
      .sort(),
    dataRoot: containers
      .flatMap(({ Id }) => [`overlay2/${Id}`, `image/overlay2/rootfs/${Id}.json`])
      .concat(containers.map(({ Id }) => `state/containers/${Id}.json`))
      .sort(),
  };
}

/** What is there. `everMade`: ids of all containers of this test, as control groups are everybody's. */
export async function foundTraces(
  daemon: TestDaemon,
  host: Namespace,
  everMade: ReadonlySet<string>,
): Promise<Traces> {
  const [links, rules] = await Promise.all([
    host.ip<Link>('-d link'),
    host.must('nft list ruleset'),
  ]);
  const kind = ({ linkinfo }: Link) => linkinfo?.info_kind;
  const owners = rules.matchAll(/comment "((?:network|endpoint)\/[0-9a-f]{64})/g);
  const conmons = processes().filter(
    (argv) => argv[0]?.endsWith('conmon') && mentions(argv, daemon.folder),
  );
  return {
    bridges: links
      .filter((link) => kind(link) === 'bridge')
      .map(({ ifname }) => ifname)
      .sort(),
    veths: links
      .filter((link) => kind(link) === 'veth' && link.ifname !== 'eth0')
      .map(({ master }) => `veth on ${master ?? 'nothing'}`)
      .sort(),
    ruleOwners: [...new Set([...owners].map(([, owner = '']) => owner))].sort(),
    ports: [...rules.matchAll(/(?:tcp|udp) \. (\d+) comment "ports\//g)]
      .map(([, port]) => Number(port))
      .filter((port) => port >= 10_000)
      .sort((a, b) => a - b),
    mounts: mountsOf(daemon.folder),
    namespaces: names(join(daemon.folder, 'run/netns')),
    cgroups: [...everMade].filter(hasCgroup).sort(),
    monitors: conmons
      .filter((argv) => argv.includes('--exit-dir'))
      .map((argv) => argv[argv.indexOf('-c') + 1] ?? '?')
      .sort(),
    makers: processes()
      .filter((argv) => /\/(crun|runc)$/.test(argv[0] ?? '') && mentions(argv, daemon.folder))
      .map((argv) => argv.join(' ')),
    execRoot: [...execFolders.map(([folder]) => folder), 'launcher/exits']
      .flatMap((folder) =>
        names(join(daemon.folder, 'run', folder)).map((name) => `${folder}/${name}`),
      )
      .sort(),
    dataRoot: dataOf(daemon.folder),
  };
}

interface Link {
  readonly ifname: string;
  readonly master?: string;
  readonly linkinfo?: { readonly info_kind?: string };
}

/** Layers of images have names of the same form as containers; theirs are told from the records. */
function dataOf(folder: string): string[] {
  const layers = join(folder, 'data/image/overlay2/layers');
  const isLayer = new Set(
    names(layers).map((name) => JSON.parse(readFileSync(join(layers, name), 'utf8')).id as string),
  );
  return ['overlay2', 'image/overlay2/rootfs', 'state/containers']
    .flatMap((part) => names(join(folder, 'data', part)).map((name) => `${part}/${name}`))
    .filter((path) => !isLayer.has(path.replace('overlay2/', '')))
    .sort();
}

function mountsOf(folder: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith(`${folder}/`))
    .map((point) => point.slice(folder.length + 1))
    .sort();
}

function hasCgroup(id: string): boolean {
  return names('/sys/fs/cgroup').some((hierarchy) =>
    names(`/sys/fs/cgroup/${hierarchy}/tsnet`).includes(id),
  );
}

/** The command lines of all processes. */
function processes(): string[][] {
  return names('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => read(`/proc/${pid}/cmdline`).split('\0'));
}

function mentions(argv: readonly string[], folder: string): boolean {
  return argv.some((word) => word.includes(`${folder}/`));
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function short(id: string): string {
  return id.slice(0, 12);
}
