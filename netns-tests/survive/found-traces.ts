import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestDaemon } from '../world/daemon.js';
import type { Namespace } from '../world/namespace.js';
import { describeAll } from './described.js';
import { foundFirewall } from './found-firewall.js';
import { foundInside } from './found-inside.js';
import { foundSockets } from './found-sockets.js';
import { commandLines, mentions, names } from './machine.js';
import { execFolders, short, type Traces } from './traces.js';

interface Link {
  readonly ifname: string;
  readonly master?: string;
  readonly linkinfo?: { readonly info_kind?: string };
}

/** What is there. `everMade`: ids of all containers of this test, as control groups are everybody's. */
export async function foundTraces(
  daemon: TestDaemon,
  host: Namespace,
  everMade: ReadonlySet<string>,
): Promise<Traces> {
  const all = await describeAll(daemon);
  const [links, firewall, sockets, inside] = await Promise.all([
    host.ip<Link>('-d link'),
    foundFirewall(host),
    foundSockets(host, daemon.folder),
    foundInside(daemon.folder, all),
  ]);
  const conmons = commandLines().filter(
    ({ argv }) => argv[0]?.endsWith('conmon') && mentions(argv, daemon.folder),
  );
  return {
    ...linksOf(links),
    ...firewall,
    ...sockets,
    ...inside,
    names: all.networks
      .flatMap(({ Containers }) => Object.entries(Containers))
      .map(([id, { Name }]) => `${short(id)} ${Name}`)
      .sort(),
    mounts: mountsOf(daemon.folder),
    namespaces: names(join(daemon.folder, 'run/netns')),
    cgroups: [...everMade].filter(hasCgroup).sort(),
    monitors: conmons
      .filter(({ argv }) => argv.includes('--exit-dir'))
      .map(({ argv }) => argv[argv.indexOf('-c') + 1] ?? '?')
      .sort(),
    makers: commandLines()
      .filter(({ argv }) => /\/(crun|runc)$/.test(argv[0] ?? '') && mentions(argv, daemon.folder))
      .map(({ argv }) => argv.join(' ')),
    execRoot: [...execFolders.map(([folder]) => folder), 'launcher/exits']
      .flatMap((folder) =>
        names(join(daemon.folder, 'run', folder)).map((name) => `${folder}/${name}`),
      )
      .sort(),
    dataRoot: dataOf(daemon.folder),
  };
}

/** Without those that the test has made itself. */
function linksOf(links: readonly Link[]): Pick<Traces, 'bridges' | 'veths'> {
  const ofKind = (kind: string) => links.filter(({ linkinfo }) => linkinfo?.info_kind === kind);
  return {
    bridges: ofKind('bridge')
      .map(({ ifname }) => ifname)
      .sort(),
    veths: ofKind('veth')
      .filter(({ ifname }) => !/^(eth0|parent)/.test(ifname))
      .map(({ master }) => `veth on ${master ?? 'nothing'}`)
      .sort(),
  };
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
