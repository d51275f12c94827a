import type { Namespace } from '../world/namespace.js';
import type { Variant } from './world-iptables.js';

/**
 * Both families' tables as `iptables-save` prints them, without counters, dates, and tables that hold nothing. The two
 * variants list the tables in different orders, so they are sorted.
 */
export async function saved(host: Namespace, variant?: Variant): Promise<string> {
  const suffix = variant === undefined ? '' : `-${variant}`;
  const families = await Promise.all(
    ['iptables', 'ip6tables'].map(async (program) => {
      const text = await host.must(`${program}${suffix}-save`);
      return `# ${program}\n${tablesOf(text).join('')}`;
    }),
  );
  return families.join('\n').replaceAll(/([0-9a-f]{12})[0-9a-f]{52}/g, '$1');
}

function tablesOf(text: string): string[] {
  return text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/ \[\d+:\d+\]/g, '')
    .split(/(?<=COMMIT\n)/)
    .filter((table) => /^-A|^:\S+ -|^:\S+ DROP/m.test(table))
    .sort();
}
