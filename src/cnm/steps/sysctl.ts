import type { Executor } from './executor.js';

/** Writes a kernel setting. Undone only while it still has our value: else someone else has decided since. */
export const sysctlSet: Executor<'sysctl.set'> = {
  describe: ({ key, value }) => `set sysctl ${key.join('/')} to ${value}`,
  netns: ({ netns }) => netns,
  observe({ netns, key }, kernel) {
    const before = kernel.sysctls(netns).read(key);
    return before === undefined ? {} : { before };
  },
  apply({ netns, key, value, ifPresent }, kernel) {
    const sysctls = kernel.sysctls(netns);
    const current = sysctls.read(key);
    if (current === undefined && ifPresent) return;
    if (!same(current, value)) sysctls.write(key, value);
  },
  undo({ netns, key, value }, kernel, { before }) {
    if (before === undefined || same(before, value)) return;
    const sysctls = kernel.sysctls(netns);
    if (same(sysctls.read(key), value)) sysctls.write(key, before);
  },
};

/** The kernel shows a list with tabs and ends it with a newline. */
function same(a: string | undefined, b: string): boolean {
  return a?.trim().replace(/\s+/g, ' ') === b.trim().replace(/\s+/g, ' ');
}
