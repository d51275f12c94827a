import { Readable } from 'node:stream';
import type { ArchiveBackend, ExtractQuery } from '../../../api/server/backends/archive.js';
import type { PathStat } from '../../../api/types/archive.js';
import { InvalidParameter, messageOf, NotFound, System } from '../../../base/errors.js';
import { KeyedMutex } from '../../../base/mutex.js';
import { Lifetime } from '../../../base/rollback.js';
import { isErrno } from '../../../native/libc.js';
import type { Container } from '../container.js';
import type { ContainersContext } from '../context.js';
import type { ContainerMount } from '../mounts/model.js';
import { imageSource } from '../mounts/set-up.js';
import { unpackInto } from './archive-in.js';
import { archiveOf } from './archive-out.js';
import type { Held } from './held.js';
import { showMounts } from './mount-places.js';
import { ownerOf } from './owner.js';
import { type WantedPath, wantedPath } from './path.js';
import { inContainerWords } from './path-error.js';
import { pathStat } from './path-stat.js';
import { ContainerTree } from './tree.js';

/** What files of containers are reached with. */
export type FilesContext = Pick<
  ContainersContext,
  'registry' | 'rootfs' | 'volumes' | 'locks' | 'settings' | 'logger' | 'emit'
>;

/** Copies files into and out of containers, whether they run or not. */
export class ContainerFiles implements ArchiveBackend {
  readonly #context: FilesContext;
  /** How many are at the files of a container, by id: the last one unmounts them. */
  readonly #users = new Map<string, number>();
  /** Volumes that were opened so far: each copy's use of one has a name. */
  #copies = 0;
  /** Mounting and unmounting exclude one another, by container. */
  readonly #turns = new KeyedMutex();

  constructor(context: FilesContext) {
    this.#context = context;
  }

  async statPath(ref: string, path: string): Promise<PathStat> {
    const container = this.#context.registry.find(ref);
    const wanted = wantedPath(path);
    await using open = await this.#open(container);
    await using held = await found(open.tree, wanted, ref);
    return await pathStat(open.tree, held, wanted);
  }

  async archivePath(ref: string, path: string): Promise<{ stat: PathStat; tar: Readable }> {
    const container = this.#context.registry.find(ref);
    const wanted = wantedPath(path);
    const open = await this.#open(container);
    try {
      const { tree } = open;
      const held = open.own(await found(tree, wanted, ref));
      const stat = await pathStat(tree, held, wanted);
      const linkText = stat.linkTarget === '' ? '' : await linkTextOf(tree, wanted);
      const name = wanted.base === '/' ? '' : wanted.base;
      const pieces = archiveOf(tree, { held, linkText }, name, this.#context.settings.idMaps);
      const tar = Readable.from(pieces, { objectMode: false, highWaterMark: 1 << 18 });
      tar.once('close', () => void this.#quietly(open[Symbol.asyncDispose]()));
      this.#context.emit({ action: 'archive-path', container: container.record });
      return { stat, tar };
    } catch (error) {
      await open[Symbol.asyncDispose]();
      throw error;
    }
  }

  async export(ref: string): Promise<Readable> {
    const container = this.#context.registry.find(ref);
    const { id, record } = container;
    this.#hold(container);
    try {
      const tar = await this.#turns.run(id, () => this.#context.rootfs.exportTar(id));
      tar.once('close', () => this.#release(container));
      this.#context.emit({ action: 'export', container: record });
      return tar;
    } catch (error) {
      this.#release(container);
      throw error;
    }
  }

  async extractTo(
    ref: string,
    path: string,
    source: AsyncIterable<Buffer>,
    query: ExtractQuery,
  ): Promise<void> {
    const container = this.#context.registry.find(ref);
    const wanted = wantedPath(path);
    await using open = await this.#open(container);
    await using folder = await found(open.tree, { ...wanted, folder: true }, ref, 'extract');
    refuseReadOnlyTarget(folder, container.record.host.ReadonlyRootfs);
    await unpackInto(open.tree, source, {
      folder: folder.path,
      noOverwriteDirNonDir: query.noOverwriteDirNonDir,
      maps: this.#context.settings.idMaps,
      owner: query.copyUIDGID ? await ownerOf(open.tree, container.record.config.User) : undefined,
    });
    this.#context.emit({ action: 'extract-to-dir', container: container.record });
  }

  /** Mounts a container's files, if they aren't, and shows what lies over them. */
  async #open(container: Container): Promise<OpenFiles> {
    const { record } = container;
    const pid = container.run?.record.pid;
    this.#hold(container);
    const { root, tree } = await this.#mount(container).catch((error: unknown) => {
      this.#release(container);
      throw error;
    });
    const open = new OpenFiles(tree, () => this.#release(container));
    try {
      const openVolume = (mount: ContainerMount) => this.#openVolume(container, open, mount);
      await showMounts(tree, { record, root, pid, openVolume });
      return open;
    } catch (error) {
      await open[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Held by this copy, and not by the container: the container may be started, and end, meanwhile. */
  async #openVolume({ id }: Container, open: OpenFiles, mount: ContainerMount): Promise<string> {
    const { Name = '', Destination, Propagation, RW, subpath = '' } = mount;
    const { volumes } = this.#context;
    this.#copies += 1;
    const holder = `${id}-copy${this.#copies}`;
    open.own({
      [Symbol.asyncDispose]: async () => {
        await volumes.settle(holder);
        await volumes.unmountAll(holder);
      },
    });
    if (mount.view !== undefined) return imageSource(this.#context, holder, mount);
    return await volumes.mount({
      container: id,
      holder,
      volume: Name,
      destination: Destination,
      writable: RW,
      propagation: Propagation,
      subpath,
    });
  }

  /** Not while the end of a run is about to unmount them: what is opened then may be the empty place below. */
  #mount(container: Container): Promise<{ root: string; tree: ContainerTree }> {
    const { id } = container;
    return this.#turns.run(id, async () => {
      for (;;) {
        const { run, cleaned } = container;
        if (run === undefined) await cleaned;
        const root = await this.#context.rootfs.mount(id);
        const tree = await ContainerTree.open(root);
        if (container.run === run && container.cleaned === cleaned) return { root, tree };
        await tree[Symbol.asyncDispose]();
      }
    });
  }

  /** Somebody is at its files, until it is released as often. */
  #hold({ id }: Container): void {
    this.#users.set(id, (this.#users.get(id) ?? 0) + 1);
  }

  /** Nobody waits for the unmounting: a stop may be under way for a while. */
  #release(container: Container): void {
    const { id } = container;
    const users = (this.#users.get(id) ?? 1) - 1;
    if (users > 0) {
      this.#users.set(id, users);
      return;
    }
    this.#users.delete(id);
    if (container.run === undefined) void this.#quietly(this.#unmount(container));
  }

  /** Unless it was started, or somebody has come meanwhile. */
  async #unmount(container: Container): Promise<void> {
    const { id } = container;
    const { locks, rootfs } = this.#context;
    await locks.run(id, () =>
      this.#turns.run(id, async () => {
        if (container.run !== undefined || container.removing || this.#users.has(id)) return;
        await rootfs.unmount(id);
      }),
    );
  }

  async #quietly(work: Promise<void>): Promise<void> {
    await work.catch((error: unknown) => {
      this.#context.logger.warn('files of a container not given back', {
        error: messageOf(error),
      });
    });
  }
}

/** A container's files while they are in use. */
class OpenFiles implements AsyncDisposable {
  readonly tree: ContainerTree;
  readonly #owned = new Lifetime();

  constructor(tree: ContainerTree, release: () => void) {
    this.tree = tree;
    this.#owned.own({ [Symbol.dispose]: release });
    this.#owned.own(tree);
  }

  /** Lets something go when the files are given back. */
  own<T extends AsyncDisposable>(thing: T): T {
    return this.#owned.own(thing);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned[Symbol.asyncDispose]();
  }
}

async function found(
  tree: ContainerTree,
  wanted: WantedPath,
  ref: string,
  purpose: 'read' | 'extract' = 'read',
): Promise<Held> {
  try {
    const held = await tree.find(wanted.names, wanted.folder);
    if (!wanted.folder || (await held.stat()).isDirectory()) return held;
    await held[Symbol.asyncDispose]();
  } catch (error) {
    if (isErrno(error, 'ENOENT'))
      throw new NotFound(`Could not find the file ${wanted.text} in container ${ref}`);
    throw inContainerWords(error, wanted.text, 'lstat');
  }
  if (purpose === 'extract') throw new InvalidParameter('extraction point is not a directory');
  throw new System(`lstat ${wanted.text}: not a directory`);
}

async function linkTextOf(tree: ContainerTree, { names }: WantedPath): Promise<string> {
  await using folder = await tree.find(names.slice(0, -1), true);
  return await folder.linkText(names.at(-1) ?? '');
}

function refuseReadOnlyTarget(folder: Held, readOnlyRoot: boolean): void {
  if (folder.mount?.readOnly) throw new InvalidParameter('mounted volume is marked read-only');
  if (folder.mount === undefined && readOnlyRoot)
    throw new InvalidParameter('container rootfs is marked read-only');
}
