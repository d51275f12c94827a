import koffi from 'koffi';
import { once } from './once.js';

/** Errno numbers with two names on Linux, and the one that Node and strace print. */
const preferred: Readonly<Record<number, string>> = {
  11: 'EAGAIN',
  35: 'EDEADLK',
  95: 'EOPNOTSUPP',
};

const names = once(() => {
  const byNumber = new Map<number, string>();
  for (const [name, number] of Object.entries(koffi.os.errno)) byNumber.set(number, name);
  for (const [number, name] of Object.entries(preferred)) byNumber.set(Number(number), name);
  return byNumber;
});

/** `ENOENT` for 2 (errno(3)); `E4711` for a number that has no name. */
export function errnoName(errno: number): string {
  return names().get(errno) ?? `E${errno}`;
}
