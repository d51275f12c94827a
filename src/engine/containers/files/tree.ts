import { posix } from 'node:path';
import { System } from '../../../base/errors.js';
import { isErrno } from '../../../native/libc.js';
import { Held, joined, type TreeMount } from './held.js';
import { namesOf } from './path.js';

/** A path with more links on its way leads nowhere (as Go's `filepath.EvalSymlinks`, which Docker uses). */
const mostLinks = 255;

/**
 * A container's files as the container sees them: its root, and what is mounted below. Paths are followed one name
 * at a time, each from the folder that is held open, and links are read and followed here rather than by the
 * kernel: an absolute one starts at the container's root again, and `..` goes back the way that was come. So no
 * path leads out, whatever the container renames or links meanwhile.
 */
export class ContainerTree implements AsyncDisposable {
  readonly #root: Held;
  /** By where they are in the container. */
  readonly #mounts = new Map<string, TreeMount>();
  readonly #kept: Disposable[] = [];

  private constructor(root: Held) {
    this.#root = root;
  }

  /** Opens the tree below a folder of the host. */
  static async open(root: string): Promise<ContainerTree> {
    return new ContainerTree(await Held.at(root, '/'));
  }

  /** Lets something be seen at a path that is free of links. */
  mount(path: string, mount: TreeMount): void {
    this.#mounts.set(path, mount);
  }

  /** Whether something is mounted at this very place. */
  isMountPoint(path: string): boolean {
    return this.#mounts.has(path);
  }

  /** The folder at the top. It belongs to the tree. */
  get root(): Held {
    return this.#root;
  }

  /** Holds a thing in a folder, or what is mounted over it; a link itself. @throws Error ENOENT, ENOTDIR */
  async step(folder: Held, name: string): Promise<Held> {
    const path = joined(folder.path, name);
    const mount = this.#mounts.get(path);
    return mount === undefined
      ? await folder.child(name)
      : await Held.at(mount.source, path, mount);
  }

  /**
   * Follows names from the root on; with `last`, also a link at the end. The caller disposes what it gets.
   * @throws Error ENOENT, ENOTDIR; System for links without end
   */
  async find(names: readonly string[], last: boolean): Promise<Held> {
    const walk = new Walk(this, names, last);
    try {
      return await walk.run();
    } finally {
      await walk.end();
    }
  }

  /** Where names lead, links followed; what is missing is counted as folders. @throws System for links without end */
  async target(names: readonly string[]): Promise<string> {
    const walk = new Walk(this, names, true);
    try {
      const held = await walk.run();
      await held[Symbol.asyncDispose]();
      return held.path;
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR')) return walk.restPath();
      throw error;
    } finally {
      await walk.end();
    }
  }

  /** Keeps something that mounts need for as long as the tree is open. */
  keep(needed: Disposable): void {
    this.#kept.push(needed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const needed of this.#kept.splice(0)) needed[Symbol.dispose]();
    await this.#root[Symbol.asyncDispose]();
  }
}

/** One path being followed. */
class Walk {
  readonly #tree: ContainerTree;
  readonly #last: boolean;
  readonly #wanted: string;
  #pending: string[];
  /** The folders that were come through, below the root. */
  readonly #way: Held[] = [];
  #links = 0;
  /** The name that is being taken. */
  #taken = '';

  constructor(tree: ContainerTree, names: readonly string[], last: boolean) {
    this.#tree = tree;
    this.#last = last;
    this.#pending = [...names];
    this.#wanted = `/${names.join('/')}`;
  }

  async run(): Promise<Held> {
    for (let name = this.#pending.shift(); name !== undefined; name = this.#pending.shift()) {
      if (name === '..') await this.#back();
      else await this.#take(name);
    }
    const found = this.#way.pop();
    const { root } = this.#tree;
    return found ?? (await Held.at(root.self, root.path, root.mount));
  }

  /** Where the names would lead from the place at which the walk has failed. */
  restPath(): string {
    const folder = this.#way.at(-1)?.path ?? '/';
    return posix.join(folder, this.#taken, ...this.#pending);
  }

  /** Lets go of what it still holds. */
  async end(): Promise<void> {
    for (const held of this.#way.splice(0)) await held[Symbol.asyncDispose]();
  }

  async #take(name: string): Promise<void> {
    this.#taken = name;
    const folder = this.#way.at(-1) ?? this.#tree.root;
    const next = await this.#tree.step(folder, name);
    this.#way.push(next);
    const follows = this.#last || this.#pending.length > 0;
    if (!follows || !(await next.stat()).isSymbolicLink()) return;
    this.#links += 1;
    if (this.#links > mostLinks)
      throw new System(`evalSymlinksInScope: too many links in ${this.#wanted}`);
    const text = await linkOrNothing(folder, name);
    await this.#back();
    // It is no link any more: somebody replaced it, so it is looked at again.
    if (text === undefined) {
      this.#pending.unshift(name);
      return;
    }
    if (text.startsWith('/')) await this.end();
    this.#pending = [...namesOf(text), ...this.#pending];
  }

  /** One up; nothing is above the root. */
  async #back(): Promise<void> {
    await this.#way.pop()?.[Symbol.asyncDispose]();
  }
}

async function linkOrNothing(folder: Held, name: string): Promise<string | undefined> {
  try {
    return await folder.linkText(name);
  } catch (error) {
    if (isErrno(error, 'EINVAL')) return undefined;
    throw error;
  }
}
