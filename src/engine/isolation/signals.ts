import { constants } from 'node:os';
import { InvalidParameter } from '../../base/errors.js';

/** First and last real-time signal of glibc and musl (signal(7)). */
const RTMIN = 34;
const RTMAX = 64;
const names: Readonly<Record<string, number>> = constants.signals;

/** The number of a signal given as `SIGTERM`, `term`, `RTMIN+3` or a number. @throws InvalidParameter in Docker's words */
export function signalNumber(signal: string): number {
  const number = /^\d+$/.test(signal) ? Number(signal) : numberOf(signal.toUpperCase());
  if (number === undefined || number < 1 || number > RTMAX) {
    throw new InvalidParameter(`invalid signal: ${signal}`);
  }
  return number;
}

function numberOf(name: string): number | undefined {
  const bare = name.replace(/^SIG/, '');
  const [, end, sign, offset = '0'] = /^RT(MIN|MAX)(?:([+-])(\d+))?$/.exec(bare) ?? [];
  if (end === undefined) return names[`SIG${bare}`];
  return (end === 'MIN' ? RTMIN : RTMAX) + (sign === '-' ? -1 : 1) * Number(offset);
}
