import { Duplex } from 'node:stream';
import type { AttachedStreams } from '../../api/server/backend.js';
import { DetachWatch } from '../../base/detach-keys.js';

/**
 * Streams of a terminal that end when the client types the detach keys ('' for Docker's own); the process goes on.
 * `detached` is told. Without a terminal or an input there is nothing to look for.
 */
export function untilDetached(
  streams: AttachedStreams,
  keys: string,
  detached: () => void,
): AttachedStreams {
  const { stdin, tty } = streams;
  if (!stdin || !tty) return streams;
  const watch = new DetachWatch(keys);
  const input = new Duplex({
    read() {
      this.push(null);
    },
    write(data: Buffer, _encoding, done) {
      const { pass, detach } = watch.push(data);
      if (detach) {
        detached();
        streams.abort();
      }
      if (pass.length === 0 || stdin.write(pass)) done();
      else stdin.once('drain', () => done());
    },
    final(done) {
      stdin.end();
      done();
    },
  });
  return { ...streams, abort: () => streams.abort(), stdin: input.on('error', () => {}) };
}

/** @throws Error from `refuse` if they are no keys; '' is fine */
export function checkDetachKeys(keys: string | undefined, refuse: (keys: string) => Error): string {
  try {
    // Reads them.
    new DetachWatch(keys || undefined);
    return keys ?? '';
  } catch {
    throw refuse(keys ?? '');
  }
}
