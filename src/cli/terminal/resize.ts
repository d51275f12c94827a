import type { Containers } from '../../api/client/containers.js';

/** The size comes too early for a process that is just starting: tries again this often, ever later. */
const attempts = 10;
const firstDelayMs = 10;

/** A terminal that says when its window has another size, as `process.stdout` does; no rows, no terminal. */
export interface SizedTerminal {
  readonly rows: number;
  readonly columns: number;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/**
 * Tells the daemon the terminal's size now and whenever it changes, until it is disposed of. One
 * size at a time: of two requests under way at once, the older size could be the last to arrive,
 * and would stay.
 */
export function followSize(
  containers: Pick<Containers, 'resize'>,
  target: { kind: 'containers' | 'exec'; id: string },
  terminal: SizedTerminal,
): Disposable {
  let isStopped = false;
  let isTelling = false;
  let told = { h: 0, w: 0 };
  const tell = async () => {
    for (let failures = 0; !isStopped && failures < attempts; ) {
      const { rows: h, columns: w } = terminal;
      if (!h || !w || (h === told.h && w === told.w)) return;
      try {
        await containers.resize(target.kind, target.id, { h, w });
        told = { h, w };
      } catch {
        failures++;
        await new Promise((resolve) => setTimeout(resolve, firstDelayMs * failures).unref());
      }
    }
  };
  const onChange = async () => {
    if (isTelling) return;
    isTelling = true;
    await tell();
    isTelling = false;
  };
  void onChange();
  terminal.on('resize', onChange);
  return {
    [Symbol.dispose]: () => {
      isStopped = true;
      terminal.off('resize', onChange);
    },
  };
}
