/** Turns what the parts of the engine tell into Docker's events. */
import { hostname } from 'node:os';
import type { NetworkEvent } from '../cnm/contract.js';
import type { ContainerEvent, ContainersPrunedEvent } from '../engine/containers/context.js';
import type { EventSubject } from '../engine/events.js';
import type { ImageEvent } from '../engine/images/world.js';
import type { VolumeEvent } from '../engine/volumes/events.js';
import type { LiveState } from './live-settings.js';

/** What the event of a network is about; connects and disconnects name the container. */
export function fromNetwork({ action, network, containerId }: NetworkEvent): EventSubject {
  const { name, driver } = network;
  const Attributes = { name, type: driver, ...(containerId && { container: containerId }) };
  return { Type: 'network', Action: action, Actor: { ID: network.id, Attributes } };
}

/** What the event of a container is about, with its labels, image and name as Docker gives them. */
export function fromContainer(event: ContainerEvent | ContainersPrunedEvent): EventSubject {
  if ('reclaimed' in event) {
    const Attributes = { reclaimed: String(event.reclaimed) };
    return { Type: 'container', Action: event.action, Actor: { ID: '', Attributes } };
  }
  const { action, container, attributes } = event;
  const { config, name, id } = container;
  const Attributes = { ...config.Labels, ...attributes, image: config.Image, name };
  return { Type: 'container', Action: action, Actor: { ID: id, Attributes } };
}

/** What the event of an image is about. */
export function fromImage({ action, id, attributes }: ImageEvent): EventSubject {
  return { Type: 'image', Action: action, Actor: { ID: id, Attributes: attributes } };
}

/** What a reload is told with. */
interface ReloadParts {
  readonly live: LiveState;
  /** Name of the runtime of containers that ask for none. */
  readonly defaultRuntime: string;
  readonly cgroupVersion: '1' | '2';
}

/** The daemon took over settings of its file: all that it may take over, as they are now. */
export function reloadEvent(
  daemonId: string,
  { live: { current }, defaultRuntime, cgroupVersion }: ReloadParts,
): EventSubject {
  const { defaults, runtimes } = current;
  const cgroupnsMode = defaults.cgroupnsMode || (cgroupVersion === '2' ? 'private' : 'host');
  const Attributes = {
    name: hostname(),
    debug: String(current.debug),
    'default-cgroupns-mode': cgroupnsMode,
    'default-ipc-mode': defaults.ipcMode,
    'default-runtime': defaultRuntime,
    'default-shm-size': String(defaults.shmSize),
    features: mapText(current.features),
    'insecure-registries': JSON.stringify(current.insecureRegistries),
    labels: JSON.stringify(current.labels),
    'live-restore': String(current.liveRestore),
    'max-concurrent-downloads': String(current.maxConcurrentDownloads),
    'max-concurrent-uploads': String(current.maxConcurrentUploads),
    'max-download-attempts': String(current.maxDownloadAttempts),
    'registry-mirrors': JSON.stringify(current.registryMirrors),
    runtimes: runtimes.configured.map(({ name, program }) => `${name}:${program}`).join(' '),
    'shutdown-timeout': String((current.shutdownTimeoutMs ?? -1000) / 1000),
  };
  return { Type: 'daemon', Action: 'reload', Actor: { ID: daemonId, Attributes } };
}

/** As Go prints a map. */
function mapText(map: Readonly<Record<string, boolean>>): string {
  const pairs = Object.entries(map).map(([key, value]) => `${key}:${value}`);
  return `map[${pairs.sort().join(' ')}]`;
}

/** What the event of a volume is about. */
export function fromVolume({ action, volume, attributes }: VolumeEvent): EventSubject {
  return { Type: 'volume', Action: action, Actor: { ID: volume, Attributes: attributes } };
}
