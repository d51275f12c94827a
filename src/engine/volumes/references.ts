/** Which containers have which volumes, running or not. A volume that a container has can't be removed. */
export class References {
  readonly #containers = new Map<string, Set<string>>();

  add(volume: string, container: string): void {
    const containers = this.#containers.get(volume) ?? new Set();
    containers.add(container);
    this.#containers.set(volume, containers);
  }

  remove(volume: string, container: string): void {
    const containers = this.#containers.get(volume);
    containers?.delete(container);
    if (containers?.size === 0) this.#containers.delete(volume);
  }

  /** Ids of the containers that have it. */
  of(volume: string): readonly string[] {
    return [...(this.#containers.get(volume) ?? [])];
  }
}
