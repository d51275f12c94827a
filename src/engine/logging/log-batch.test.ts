import { expect } from 'chai';
import type { LogQuery } from '../../api/server/backends/logs.js';
import { LogBatches } from './log-batch.js';
import { LogFilter } from './log-filter.js';
import { LineSplitter } from './log-lines.js';

const query: LogQuery = {
  follow: false,
  stdout: true,
  stderr: true,
  since: 0n,
  until: 0n,
  timestamps: false,
  details: false,
};

describe('LogBatches', () => {
  const line = (rest: string) => `2026-11-21T01:02:03.000000000+00:00 ${rest}\n`;
  const open = () => {
    const batches = new LogBatches(new LogFilter(query, ''));
    const lines = new LineSplitter();
    const shown = (chunks: readonly { stream: string; data: Buffer }[]) =>
      chunks.map(({ stream, data }) => `${stream}: ${data}`);
    return {
      push: (...records: readonly string[]) =>
        shown(batches.push(lines.push(Buffer.from(records.map(line).join('')))).chunks),
      flush: () => shown(batches.flush()),
    };
  };

  it('makes one of the parts of a line, also over two batches', () => {
    const { push, flush } = open();
    expect(
      push('stdout F a', 'stdout P b', 'stdout P c', 'stdout F d', 'stdout P e'),
    ).to.deep.equal(['stdout: a\n', 'stdout: bcd\n']);
    expect(push('stdout F f')).to.deep.equal(['stdout: ef\n']);
    expect(flush()).to.deep.equal([]);
  });

  it('keeps the order where streams are mixed', () => {
    const { push, flush } = open();
    expect(push('stdout P a', 'stderr F b', 'stdout F c', 'stderr P d')).to.deep.equal([
      'stdout: a',
      'stderr: b\n',
      'stdout: c\n',
    ]);
    expect(flush()).to.deep.equal(['stderr: d']);
  });

  it('cuts what is longer than 16 KiB', () => {
    const { push } = open();
    const part = 'x'.repeat(8000);
    const [first, second] = push(`stdout P ${part}`, `stdout P ${part}`, `stdout F ${part}`);
    expect(first).to.have.length('stdout: '.length + 16000);
    expect(second).to.equal(`stdout: ${part}\n`);
  });
});
