import { Conflict, InvalidParameter, NotFound } from '../../base/errors.js';
import type { Container } from './container.js';

/** All containers, found by id, name or id prefix. */
export class ContainerRegistry {
  /** Set when the daemon ends: what is stopped from then on was not stopped by a user. */
  closing = false;
  readonly #byId = new Map<string, Container>();
  readonly #idByName = new Map<string, string>();

  /** All containers, newest first, as `ps` lists them. */
  all(): Container[] {
    return [...this.#byId.values()].reverse();
  }

  /** Docker's order: full id, exact name (with or without the slash), the name of a link (`web/db`), unique id prefix. */
  find(reference: string): Container {
    if (reference === '') throw new InvalidParameter(`invalid name or ID supplied: ""`);
    const name = reference.replace(/^\//, '');
    const found = this.#byId.get(reference) ?? this.#byId.get(this.#idByName.get(name) ?? '');
    return found ?? this.#findByLink(name) ?? this.#findByPrefix(reference);
  }

  /** Takes a name for `id`. @throws Conflict in Docker's words if another has it. */
  reserveName(name: string, id: string): void {
    const holder = this.#idByName.get(name);
    if (holder !== undefined && holder !== id) {
      throw new Conflict(
        `Conflict. The container name "/${name}" is already in use by container "${holder}". ` +
          'You have to remove (or rename) that container to be able to reuse that name.',
      );
    }
    this.#idByName.set(name, id);
  }

  isNameFree(name: string): boolean {
    return !this.#idByName.has(name);
  }

  releaseName(name: string): void {
    this.#idByName.delete(name);
  }

  /** Whether it has not been removed. */
  has(container: Container): boolean {
    return this.#byId.get(container.id) === container;
  }

  /** Adds a container whose name was reserved. */
  add(container: Container): void {
    this.#byId.set(container.id, container);
  }

  delete(container: Container): void {
    this.#byId.delete(container.id);
    this.#idByName.delete(container.record.name);
  }

  #findByLink(name: string): Container | undefined {
    const [parent = '', alias] = name.split('/');
    if (alias === undefined) return undefined;
    const { links } = this.#byId.get(this.#idByName.get(parent) ?? '')?.record ?? {};
    return this.#byId.get(links?.find((link) => link.alias === alias)?.id ?? '');
  }

  #findByPrefix(reference: string): Container {
    const matches = [...this.#byId.keys()].filter((id) => id.startsWith(reference));
    if (matches.length > 1) {
      throw new InvalidParameter(`Multiple IDs found with provided prefix: ${reference}`);
    }
    const found = this.#byId.get(matches[0] ?? '');
    if (!found) throw new NotFound(`No such container: ${reference}`);
    return found;
  }
}
