import { InvalidParameter } from '../../base/errors.js';

/** More than any machine has; what names a higher one is a mistake that would fill our memory. */
const MAX_CPU = 8192;

/**
 * Reads the kernel's lists of CPUs and memory nodes (`0-3,7`; cpuset(7), "List format").
 * @throws InvalidParameter for what is none
 */
export function parseCpuList(text: string): ReadonlySet<number> {
  const found = new Set<number>();
  if (text === '') return found;
  for (const part of text.split(',')) {
    const [, first = '', last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === '' || from > to || to > MAX_CPU) {
      throw new InvalidParameter(`invalid format: ${part}`);
    }
    for (let number = from; number <= to; number++) found.add(number);
  }
  return found;
}

/** Whether all that a list asks for is in another one. @throws InvalidParameter for what is no list */
export function isWithin(asked: string, available: string): boolean {
  const there = parseCpuList(available);
  return [...parseCpuList(asked)].every((number) => there.has(number));
}
