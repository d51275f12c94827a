import { expect } from 'chai';
import { formatLogTime, LineSplitter, parseLogLine, parseLogTime } from './log-lines.js';

describe('parseLogLine', () => {
  const time = '2026-11-21T01:02:03.123456789+00:00';
  const table: [line: string, stream: string, isPartial: boolean, data: string][] = [
    [`${time} stdout F hello  world `, 'stdout', false, 'hello  world \n'],
    [`${time} stderr F `, 'stderr', false, '\n'],
    [`${time} stdout P half`, 'stdout', true, 'half'],
  ];
  for (const [line, stream, isPartial, data] of table) {
    it(JSON.stringify(data), () =>
      expect(parseLogLine(Buffer.from(line))).to.deep.equal({
        time,
        stream,
        isPartial,
        data: Buffer.from(data),
      }),
    );
  }

  it('keeps bytes that are no text', () => {
    const line = Buffer.concat([Buffer.from(`${time} stdout F `), Buffer.of(0xff, 0x00, 0x20)]);
    expect(parseLogLine(line)?.data).to.deep.equal(Buffer.of(0xff, 0x00, 0x20, 0x0a));
  });

  for (const line of ['', 'x', `${time} stdout`, `${time} stdfoo F x`, `${time} stdout F`]) {
    it(`refuses ${JSON.stringify(line)}`, () =>
      expect(parseLogLine(Buffer.from(line))).to.equal(undefined));
  }
});

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

describe('LineSplitter', () => {
  it('joins what came in pieces', () => {
    const splitter = new LineSplitter();
    const pieces = ['a\nb', 'c', '', '\n\nd\n', 'rest'];
    const lines = pieces.flatMap((piece) => splitter.push(Buffer.from(piece)));
    expect(lines.map(String)).to.deep.equal(['a', 'bc', '', 'd']);
  });
});
