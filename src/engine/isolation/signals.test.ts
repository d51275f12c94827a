import { expect } from 'chai';
import { signalNumber } from './signals.js';

describe('signalNumber', () => {
  const table: [signal: string, number: number][] = [
    ['SIGTERM', 15],
    ['TERM', 15],
    ['kill', 9],
    ['9', 9],
    ['SIGRTMIN', 34],
    ['RTMIN+3', 37],
    ['SIGRTMAX-1', 63],
  ];
  for (const [signal, number] of table) {
    it(`${signal} is ${number}`, () => expect(signalNumber(signal)).to.equal(number));
  }
  for (const signal of ['', 'SIGFOO', '0', '65', '-9']) {
    it(`refuses ${JSON.stringify(signal)}`, () =>
      expect(() => signalNumber(signal)).to.throw(`invalid signal: ${signal}`));
  }
});
