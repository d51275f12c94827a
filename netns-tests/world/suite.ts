import { needsRoot } from './root.js';

/**
 * Gives a suite a thing of its own, such as a daemon in a world: made before its first test, disposed after its last.
 * Skipped when not root.
 */
export function useInSuite<T extends AsyncDisposable>(make: () => Promise<T>): { readonly it: T } {
  const holder: { thing?: T } = {};
  before(async function () {
    needsRoot.call(this);
    holder.thing = await make();
  });
  after(() => holder.thing?.[Symbol.asyncDispose]());
  return {
    get it() {
      if (!holder.thing) throw new Error('the suite has not begun');
      return holder.thing;
    },
  };
}
