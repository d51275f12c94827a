import type { Lab } from '../endpoints/lab.js';
import type { Namespace } from '../world/namespace.js';

/** Gives the namespaces of a lab's containers; what a suite starts in them is stopped at its end. */
export function useInside(lab: { readonly it: Lab }): (name: string) => Promise<Namespace> {
  const entered: Namespace[] = [];
  after(async () => {
    for (const namespace of entered) await namespace[Symbol.asyncDispose]();
  });
  return async (name) => {
    const namespace = await lab.it.namespace(name);
    entered.push(namespace);
    return namespace;
  };
}
