import type { Node } from './ast.js';

/** The templates that a template defines. One of nothing but blanks gives way to another of its name. */
export class Definitions {
  readonly #byName = new Map<string, readonly Node[]>();

  get all(): ReadonlyMap<string, readonly Node[]> {
    return this.#byName;
  }

  /** False if there is another one of that name already. */
  add(name: string, nodes: readonly Node[]): boolean {
    const before = this.#byName.get(name);
    if (before === undefined || isEmpty(before)) this.#byName.set(name, nodes);
    else return isEmpty(nodes);
    return true;
  }
}

function isEmpty(nodes: readonly Node[]): boolean {
  return nodes.every((node) => node.type === 'text' && node.text.trim() === '');
}
