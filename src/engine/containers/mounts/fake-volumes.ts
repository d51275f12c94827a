import type { Fd } from '../../../native/fd.js';
import type {
  ClaimedVolume,
  ContainerVolumes,
  VolumeClaim,
  VolumeHolder,
  VolumeMount,
} from './volumes.js';

/** Remembers who has which volume and what is mounted. All of its volumes have files already. */
export class FakeVolumes implements ContainerVolumes {
  readonly held = new Map<string, Set<string>>();
  readonly mounted: VolumeMount[] = [];
  readonly promised = new Map<string, readonly string[]>();
  readonly #gate: (what: string) => void;
  #names = 0;

  constructor(gate: (what: string) => void) {
    this.#gate = gate;
  }

  inventName(): string {
    return `anonymous${++this.#names}`;
  }

  async promise(container: string, volumes: readonly string[]): Promise<void> {
    this.#gate('volumes.promise');
    if (volumes.length > 0) this.promised.set(container, volumes);
    else this.promised.delete(container);
  }

  async claim(container: string, { name, driver }: VolumeClaim): Promise<ClaimedVolume> {
    this.#gate('volumes.claim');
    const holders = this.held.get(name) ?? new Set();
    this.held.set(name, holders.add(container));
    return { name, driver: driver || 'local', mountpoint: `/volumes/${name}/_data` };
  }

  release(container: string, volumes: readonly string[]): void {
    for (const volume of volumes) this.held.get(volume)?.delete(container);
  }

  async discard(volumes: readonly string[]): Promise<void> {
    this.#gate('volumes.discard');
    for (const volume of volumes) {
      if (this.held.get(volume)?.size === 0) this.held.delete(volume);
    }
  }

  async isFillable(): Promise<boolean> {
    return false;
  }

  async fill(_mount: object, _folder: Fd): Promise<void> {
    throw new Error('no volume of a fake is empty');
  }

  async mount(mount: VolumeMount): Promise<string> {
    this.#gate('volumes.mount');
    this.mounted.push(mount);
    return `/volumes/${mount.volume}/_data`;
  }

  expose({ path, subpath }: { path: string; subpath: string }): string {
    return `${path}/${subpath}`;
  }

  async settle(): Promise<void> {}

  async unmountAll(container: string): Promise<void> {
    const left = this.mounted.filter((mount) => mount.container !== container);
    this.mounted.splice(0, this.mounted.length, ...left);
  }

  async restore(holders: readonly VolumeHolder[]): Promise<void> {
    for (const { container, volumes } of holders) {
      for (const volume of volumes) {
        this.held.set(volume, (this.held.get(volume) ?? new Set()).add(container));
      }
    }
  }
}
