import { Readable } from 'node:stream';
import type { FileChange } from '../../api/types/container.js';
import { NotFound } from '../../base/errors.js';
import type { ContainerSize, RootFilesystems } from './context.js';

/** Remembers which root file systems are there and which are mounted. */
export class FakeRootfs implements RootFilesystems {
  readonly driver = 'overlay2';
  readonly prepared = new Map<string, string | undefined>();
  readonly mounted = new Set<string>();
  readonly #gate: (what: string) => void;

  constructor(gate: (what: string) => void) {
    this.#gate = gate;
  }

  async prepare(id: string, chainId: string | undefined): Promise<void> {
    this.#gate('rootfs.prepare');
    this.prepared.set(id, chainId);
  }

  async prepareView(id: string, view: string, chainId: string | undefined): Promise<void> {
    this.#require(id);
    await this.prepare(view, chainId);
  }

  mount(id: string): string {
    this.#gate('rootfs.mount');
    this.#require(id);
    this.mounted.add(id);
    return `/merged/${id}`;
  }

  async unmount(id: string): Promise<void> {
    this.#gate('rootfs.unmount');
    this.mounted.delete(id);
  }

  async remove(id: string): Promise<void> {
    this.#gate('rootfs.remove');
    this.mounted.delete(id);
    this.prepared.delete(id);
  }

  async exportTar(id: string): Promise<Readable> {
    this.#require(id);
    return Readable.from([`tar of ${id}`]);
  }

  graphDriver(): { Name: string; Data: Record<string, string> } {
    return { Name: 'overlay2', Data: {} };
  }

  async size(id: string): Promise<ContainerSize> {
    this.#require(id);
    return { writable: 10, total: 100 };
  }

  async changes(id: string): Promise<FileChange[]> {
    this.#require(id);
    return [{ Path: '/new', Kind: 1 }];
  }

  async reconcile(containers: Iterable<string>, running: Iterable<string>): Promise<void> {
    const there = new Set(containers);
    const up = new Set(running);
    for (const id of this.prepared.keys()) if (!there.has(id)) this.prepared.delete(id);
    for (const id of this.mounted) if (!up.has(id)) this.mounted.delete(id);
  }

  #require(id: string): void {
    if (!this.prepared.has(id)) throw new NotFound(`no root file system of ${id}`);
  }
}
