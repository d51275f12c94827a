import type { InterfaceStats } from '../../../api/types/stats.js';

/** Reads `/proc/PID/net/dev`: the counters of each interface of a network namespace (proc(5)). */
export function parseNetDev(text: string): Map<string, InterfaceStats> {
  const found = new Map<string, InterfaceStats>();
  for (const [, name = '', counters = ''] of text.matchAll(/^\s*([^:\s]+):\s*(.*)$/gm)) {
    const values = counters.trim().split(/\s+/).map(Number);
    const at = (index: number) => values[index] ?? 0;
    found.set(name, {
      rx_bytes: at(0),
      rx_packets: at(1),
      rx_errors: at(2),
      rx_dropped: at(3),
      tx_bytes: at(8),
      tx_packets: at(9),
      tx_errors: at(10),
      tx_dropped: at(11),
    });
  }
  return found;
}

/** Those of the container's own network; undefined if there are none. */
export function shownInterfaces(
  all: ReadonlyMap<string, InterfaceStats>,
  own: readonly string[],
): Record<string, InterfaceStats> | undefined {
  const shown = own.flatMap((name): [string, InterfaceStats][] => {
    const stats = all.get(name);
    return stats ? [[name, stats]] : [];
  });
  return shown.length > 0 ? Object.fromEntries(shown) : undefined;
}
