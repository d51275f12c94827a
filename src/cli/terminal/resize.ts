import type { Containers } from '../../api/client/containers.js';

/** The size comes too early for a process that is just starting: tries again this often, ever later. */
const attempts = 10;
const firstDelayMs = 10;

/** Tells the daemon the terminal's size now and whenever it changes, until it is disposed of. */
export function followSize(
  containers: Containers,
  target: { kind: 'containers' | 'exec'; id: string },
  stdout: NodeJS.WriteStream,
): Disposable {
  let stopped = false;
  const tell = async () => {
    const { rows: h, columns: w } = stdout;
    if (h && w) await containers.resize(target.kind, target.id, { h, w });
  };
  const onChange = () => void tell().catch(() => undefined);
  const start = async () => {
    for (let attempt = 0; attempt < attempts && !stopped; attempt++) {
      const told = await tell().then(
        () => true,
        () => false,
      );
      if (told) return;
      await new Promise((resolve) => setTimeout(resolve, firstDelayMs * (attempt + 1)).unref());
    }
  };
  void start();
  process.on('SIGWINCH', onChange);
  return {
    [Symbol.dispose]: () => {
      stopped = true;
      process.off('SIGWINCH', onChange);
    },
  };
}
