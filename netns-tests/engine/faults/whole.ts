import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { names } from '../../survive/machine.js';
import type { TestDaemon } from '../../world/daemon.js';
import { isMonitor, programs } from './victims.js';

/** What belongs to the engine on the machine, a sorted line each. */
export type Things = readonly string[];

interface Image {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly RootFS: { readonly Layers?: readonly string[] };
}
interface Container {
  readonly Id: string;
  readonly State: { readonly Status: string };
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string }[];
}

/** What should be there by what the API says. */
export async function expectedThings({ api }: TestDaemon): Promise<Things> {
  const [images, containers, volumes] = await Promise.all([
    api.must<{ Id: string }[]>('GET', '/images/json?all=1'),
    api.must<{ Id: string }[]>('GET', '/containers/json?all=1'),
    api.must<{ Volumes: { Name: string }[] | null }>('GET', '/volumes'),
  ]);
  const inspected = await Promise.all(
    images.map(({ Id }) => api.must<Image>('GET', `/images/${Id}/json`)),
  );
  const known = await Promise.all(
    containers.map(({ Id }) => api.must<Container>('GET', `/containers/${Id}/json`)),
  );
  const layers = new Set(inspected.flatMap(({ RootFS }) => chainIds(RootFS.Layers ?? [])));
  const mounted = known.flatMap(({ Mounts }) => Mounts.flatMap(({ Name = [] }) => Name));
  const volumeNames = (volumes.Volumes ?? []).map(({ Name }) => Name);
  return [
    ...inspected.map(({ Id }) => `image ${Id.replace('sha256:', '')}`),
    `${inspected.flatMap(({ RepoTags }) => RepoTags ?? []).length} names of images`,
    ...[...layers].map((id) => `layer ${id}`),
    ...volumeNames.flatMap((name) => [`files of volume ${name}`, `record of volume ${name}`]),
    // One that nobody named goes with its container.
    ...volumeNames.filter(isAnonymous).map((name) => `${name} is used`),
    ...mounted.filter(isAnonymous).map((name) => `${name} of a container`),
    ...volumeNames.filter(isAnonymous).map((name) => `${name} of a container`),
  ].sort();
}

/** What is there. */
export async function foundThings(daemon: TestDaemon): Promise<Things> {
  const { folder, api } = daemon;
  const data = (...parts: string[]) => join(folder, 'data', ...parts);
  const image = (kind: string) => names(data('image/overlay2', kind));
  const records = (paths: readonly string[]) => paths.map((name) => name.replace(/\.json$/, ''));
  const containers = await api.must<{ Id: string }[]>('GET', '/containers/json?all=1');
  const known = await Promise.all(
    containers.map(({ Id }) => api.must<Container>('GET', `/containers/${Id}/json`)),
  );
  const mounted = known.flatMap(({ Mounts }) => Mounts.flatMap(({ Name = [] }) => Name));
  const ids = containers.map(({ Id }) => Id);
  const volumes = names(data('volumes'));
  const anonymous = volumes.filter(isAnonymous);
  return [
    ...records(image('images')).map((id) => `image ${id}`),
    `${image('names').length} names of images`,
    ...records(image('layers')).map((id) => `layer ${id}`),
    ...layersWithoutRecords(data()),
    // One that was never started has neither.
    ...names(data('containers'))
      .filter((id) => !ids.includes(id))
      .map((id) => `folder of ${id}, which is gone`),
    ...records(names(data('state/container-states')))
      .filter((id) => !ids.includes(id))
      .map((id) => `state of ${id}, which is gone`),
    ...volumes.map((name) => `files of volume ${name}`),
    ...records(names(data('state/volumes'))).map((name) => `record of volume ${name}`),
    ...anonymous.filter((name) => mounted.includes(name)).map((name) => `${name} is used`),
    ...anonymous.map((name) => `${name} of a container`),
    ...mounted.filter(isAnonymous).map((name) => `${name} of a container`),
    ...strangers(folder),
    ...lostPrograms(folder, ids),
  ].sort();
}

function isAnonymous(volume: string): boolean {
  return /^[0-9a-f]{64}$/.test(volume);
}

/** As in the OCI image specification: what layers are called with all that are below them. */
function chainIds(diffIds: readonly string[]): string[] {
  const chains: string[] = [];
  for (const diffId of diffIds) {
    const below = chains.at(-1);
    const text = below === undefined ? undefined : `sha256:${below} ${diffId}`;
    chains.push(
      text === undefined
        ? diffId.replace('sha256:', '')
        : createHash('sha256').update(text).digest('hex'),
    );
  }
  return chains;
}

/** Folders of files that belong neither to a layer nor to a container, and records whose files are not there. */
function layersWithoutRecords(data: string): string[] {
  const image = join(data, 'image/overlay2');
  const owned = ['layers', 'rootfs'].flatMap((kind) =>
    names(join(image, kind)).map((name) => {
      const { id } = JSON.parse(readFileSync(join(image, kind, name), 'utf8')) as { id: string };
      return id;
    }),
  );
  const folders = names(join(data, 'overlay2'));
  return [
    ...folders.filter((id) => !owned.includes(id)).map((id) => `files of nobody: ${id}`),
    ...owned.filter((id) => !folders.includes(id)).map((id) => `no files for ${id}`),
  ];
}

/** Folders that have nothing but what the pattern fits; everything else in them is somebody's half-made file. */
const regular: Readonly<Record<string, RegExp>> = {
  data: /^(volumes|overlay2|containers|engine-id|image|state|tmp)$/,
  'data/tmp': /^images$/,
  'data/tmp/images': /^$/,
  'data/image': /^overlay2$/,
  'data/image/overlay2': /^(rootfs|images|names|layers)$/,
  'data/image/overlay2/rootfs': /^\w{64}\.json$/,
  'data/image/overlay2/images': /^\w{64}\.json$/,
  'data/image/overlay2/names': /^\w{64}\.json$/,
  'data/image/overlay2/layers': /^\w{64}\.json$/,
  'data/state': /^(volumes|networks|containers|container-states)$/,
  'data/state/containers': /^\w{64}\.json$/,
  'data/state/container-states': /^\w{64}\.json$/,
  'data/state/networks': /^\w{64}\.json$/,
  'data/state/volumes': /^[\w-]+\.json$/,
  run: /^(boot-id|userns|tsnetd\.pid|netns|launcher|state|run)$/,
  'run/launcher': /^(runtime|containers|exits)$/,
  'run/state': /^(networks|sandboxes|volume-fates|host|runs|volume-uses)$/,
  'run/state/volume-fates': /^$/,
};
/** A log that was put aside by a daemon that was killed is read as part of the log, and gets its number later. */
const ownFile =
  /^(hosts|resolv\.conf|resolv\.conf\.hash|hostname|\w{64}-json\.log(\.full|\.\d+(\.gz)?)?)$/;

function strangers(folder: string): string[] {
  const inFolders = Object.entries(regular).flatMap(([path, pattern]) =>
    names(join(folder, path))
      .filter((name) => !pattern.test(name))
      .map((name) => `${path}/${name}`),
  );
  const inContainers = names(join(folder, 'data/containers')).flatMap((id) =>
    names(join(folder, 'data/containers', id))
      .filter((name) => !ownFile.test(name))
      .map((name) => `data/containers/${id}/${name}`),
  );
  const inVolumes = names(join(folder, 'data/volumes')).flatMap((name) =>
    names(join(folder, 'data/volumes', name))
      .filter((part) => part !== '_data')
      .map((part) => `data/volumes/${name}/${part}`),
  );
  return [...inFolders, ...inContainers, ...inVolumes];
}

/** Monitors of containers that are not there. */
function lostPrograms(folder: string, containers: readonly string[]): string[] {
  return programs(folder)
    .filter(isMonitor)
    .map(({ argv }) => argv[argv.indexOf('-c') + 1] ?? '')
    .filter((id) => !containers.includes(id))
    .map((id) => `monitor of ${id}, which is gone`);
}
