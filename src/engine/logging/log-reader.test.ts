import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { LogQuery, LogStream } from '../../api/server/backends/logs.js';
import { readLog } from './log-reader.js';
import { LogSource } from './log-source.js';

const all: LogQuery = {
  follow: false,
  stdout: true,
  stderr: true,
  since: 0n,
  until: 0n,
  timestamps: false,
  details: false,
};
const at = (second: number) => `1970-01-01T00:00:0${second}.000000000+00:00`;
const log = [
  `${at(1)} stdout F one`,
  `${at(2)} stderr F two`,
  `${at(3)} stdout P thr`,
  `${at(3)} stderr F between`,
  `${at(4)} stdout F ee`,
  `${at(5)} stdout F five`,
  `${at(6)} stdout P no newline`,
  '',
].join('\n');
const never = new Promise<never>(() => {});

describe('readLog', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'logs-'));
    path = join(folder, 'log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = (query: Partial<LogQuery>, ended: Promise<unknown> = never) =>
    readLog(new LogSource(path), {
      tty: false,
      query: { ...all, ...query },
      details: 'a=b',
      ended,
    });
  const read = (query: Partial<LogQuery>, ended?: Promise<unknown>) => textOf(open(query, ended));

  const whole = 'one\ntwo\nthrbetween\nee\nfive\nno newline';
  const table: [what: string, query: Partial<LogQuery>, text: string][] = [
    ['all', {}, whole],
    ['one stream', { stderr: false }, 'one\nthree\nfive\nno newline'],
    ['the last', { tail: 1 }, 'no newline'],
    ['the last two', { tail: 2 }, 'five\nno newline'],
    ['a line of two parts counts once', { tail: 3, stderr: false }, 'three\nfive\nno newline'],
    ['the last of one stream', { tail: 1, stdout: false }, 'between\n'],
    ['more than there is', { tail: 100 }, whole],
    ['none', { tail: 0 }, ''],
    ['since', { since: 4_500_000_000n }, 'five\nno newline'],
    ['until', { until: 2_000_000_000n }, 'one\ntwo\n'],
    ['with details', { details: true, tail: 2 }, 'a=b five\na=b no newline'],
    [
      'with times, once a line',
      { timestamps: true, stderr: false, until: 4_000_000_000n },
      '1970-01-01T00:00:01.000000000Z one\n1970-01-01T00:00:03.000000000Z three\n',
    ],
  ];
  for (const [what, query, text] of table) {
    it(what, async () => {
      writeFileSync(path, log);
      expect(await read(query)).to.equal(text);
    });
  }

  it('has nothing where no file is', async () => expect(await read({ follow: true })).to.equal(''));

  it('finds the tail of a long file of long lines', async () => {
    const line = (n: number) => `${at(1)} stdout F ${n}${'x'.repeat(50_000)}\n`;
    writeFileSync(path, Array.from({ length: 20 }, (_, n) => line(n)).join(''));
    const text = await read({ tail: 3 });
    expect(text.split('\n').map((one) => Number.parseInt(one, 10))).to.deep.equal([
      17,
      18,
      19,
      Number.NaN,
    ]);
  });

  it('has no more lines than wanted when others are written while it is read', async () => {
    writeFileSync(path, log);
    for (const tail of [1, undefined]) {
      const reading = read({ ...(tail !== undefined && { tail }) });
      appendFileSync(path, `${at(7)} stdout F later\n`);
      expect(await reading).not.to.include('later');
      writeFileSync(path, log);
    }
  });

  it('follows until the end', async () => {
    writeFileSync(path, log);
    const { promise, resolve } = deferred();
    const reading = read({ follow: true, tail: 1 }, promise);
    await new Promise((done) => setTimeout(done, 20));
    appendFileSync(path, `${at(7)} stdout F more\n${at(7)} stdout F hal`);
    await new Promise((done) => setTimeout(done, 20));
    appendFileSync(path, 'f\n');
    resolve();
    expect(await reading).to.equal('no newlinemore\nhalf\n');
  });

  it('stops when it is aborted', async () => {
    writeFileSync(path, log);
    const stream = open({ follow: true });
    setTimeout(() => stream.abort(), 20);
    expect(await textOf(stream)).to.equal(whole);
  });
});

async function textOf({ batches }: LogStream): Promise<string> {
  let text = '';
  for await (const batch of batches) for (const { data } of batch) text += data;
  return text;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
