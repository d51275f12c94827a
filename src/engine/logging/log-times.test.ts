import { expect } from 'chai';
import { formatLogTime, Moment, parseLogTime } from './log-times.js';

describe('log times', () => {
  const table: [time: string, utc: string][] = [
    ['2026-11-21T01:02:03.123456789+00:00', '2026-11-21T01:02:03.123456789Z'],
    ['2026-11-21T01:02:03.000000001+02:00', '2026-11-20T23:02:03.000000001Z'],
    ['2026-11-21T01:02:03Z', '2026-11-21T01:02:03.000000000Z'],
    ['rubbish', 'rubbish'],
  ];
  for (const [time, utc] of table) {
    it(time, () => expect(formatLogTime(time)).to.equal(utc));
  }
  it('are nanoseconds', () =>
    expect(parseLogTime('1970-01-01T00:00:01.5Z')).to.equal(1_500_000_000n));
});

describe('Moment', () => {
  const moment = new Moment(parseLogTime('2026-11-21T01:02:03.5Z') ?? 0n);
  const table: [time: string, order: number][] = [
    ['2026-11-21T01:02:03.500000000+00:00', 0],
    ['2026-11-21T01:02:03.499999999+00:00', -1],
    ['2026-11-21T01:02:03.500000001+00:00', 1],
    ['2026-11-21T03:02:03.500000000+02:00', 0],
    ['2026-11-21T01:02:04+02:00', -1],
    ['2026-11-21T01:02:04Z', 1],
    ['rubbish', -1],
  ];
  for (const [time, order] of table) {
    it(`${time} is ${order}`, () => expect(moment.compare(time)).to.equal(order));
  }
});
