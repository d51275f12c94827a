import { constants } from 'node:os';
import { InvalidParameter } from '../../base/errors.js';

const numbers: Readonly<Record<string, number>> = constants.signals;
/** SIGRTMAX. */
const LAST = 64;

/** Reads `TERM`, `SIGTERM`, `15`, `RTMIN+3`. Hands back the usual name, or the number of a real-time signal. @throws InvalidParameter */
export function parseSignal(text: string): string {
  const upper = text.toUpperCase();
  if (/^\d+$/.test(upper)) {
    if (Number(upper) > LAST)
      throw new InvalidParameter(`the linux daemon does not support signal ${Number(upper)}`);
    return byNumber(Number(upper), text);
  }
  const name = upper.startsWith('SIG') ? upper : `SIG${upper}`;
  const realTime = /^SIGRTM(IN|AX)(?:([+-])(\d+))?$/.exec(name);
  if (realTime) return byNumber(realTimeNumber(realTime), text);
  if (numbers[name] === undefined) throw new InvalidParameter(`invalid signal: ${text}`);
  return name;
}

function byNumber(number: number, text: string): string {
  if (number < 1 || number > LAST) throw new InvalidParameter(`invalid signal: ${text}`);
  const name = Object.keys(numbers).find((key) => numbers[key] === number);
  return name ?? String(number);
}

/** glibc keeps 32 and 33 for itself: SIGRTMIN is 34, SIGRTMAX 64. */
function realTimeNumber([, end, sign, offset = '0']: RegExpExecArray): number {
  const base = end === 'IN' ? 34 : 64;
  return sign === '-' ? base - Number(offset) : base + Number(offset);
}
