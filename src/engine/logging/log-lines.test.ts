import { expect } from 'chai';
import { LineSplitter, parseLogLine } from './log-lines.js';

const spanOf = (line: string | Buffer) => {
  const bytes = Buffer.concat([Buffer.from(line), Buffer.from('\n')]);
  return { bytes, from: 0, end: bytes.length - 1 };
};

describe('parseLogLine', () => {
  const time = '2026-11-21T01:02:03.123456789+00:00';
  const table: [line: string, stream: string, isPartial: boolean, data: string][] = [
    [`${time} stdout F hello  world `, 'stdout', false, 'hello  world \n'],
    [`${time} stderr F `, 'stderr', false, '\n'],
    [`${time} stdout P half`, 'stdout', true, 'half'],
    [`\0\0\0\0${time} stdout F after a hole`, 'stdout', false, 'after a hole\n'],
  ];
  for (const [line, stream, isPartial, data] of table) {
    it(JSON.stringify(data), () => {
      const record = parseLogLine(spanOf(line));
      expect(record?.time).to.equal(time);
      expect(record?.stream).to.equal(stream);
      expect(record?.isPartial).to.equal(isPartial);
      expect(String(record?.data)).to.equal(data);
    });
  }

  it('takes times of another length', () => {
    const record = parseLogLine(spanOf('2026-11-21T01:02:03Z stderr F x'));
    expect(record?.time).to.equal('2026-11-21T01:02:03Z');
    expect(String(record?.data)).to.equal('x\n');
  });

  it('keeps bytes that are no text', () => {
    const line = Buffer.concat([Buffer.from(`${time} stdout F `), Buffer.of(0xff, 0x00, 0x20)]);
    expect(parseLogLine(spanOf(line))?.data).to.deep.equal(Buffer.of(0xff, 0x00, 0x20, 0x0a));
  });

  const bad = ['', 'x', `${time} stdout`, `${time} stdfoo F x`, `${time} stdout F`, '\0\0'];
  for (const line of [...bad, `${time} stdout X y`, `${time}_stdout F y`]) {
    it(`refuses ${JSON.stringify(line)}`, () =>
      expect(parseLogLine(spanOf(line))).to.equal(undefined));
  }
});

describe('LineSplitter', () => {
  const linesOf = (pieces: readonly string[]) => {
    const splitter = new LineSplitter();
    const spans = pieces.flatMap((piece) => splitter.push(Buffer.from(piece)));
    return spans.map(({ bytes, from, end }) => bytes.toString('utf8', from, end));
  };

  it('joins what came in pieces', () =>
    expect(linesOf(['a\nb', 'c', '', '\n\nd\n', 'rest'])).to.deep.equal(['a', 'bc', '', 'd']));

  it('leaves out what is too long to be a line, and goes on behind it', () => {
    const long = 'x'.repeat(700_000);
    expect(linesOf(['a\n', long, long, long, 'end\nb\n'])).to.deep.equal(['a', 'b']);
  });
});
