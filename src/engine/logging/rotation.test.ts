import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../../../netns-tests/world/eventually.js';
import type { LogQuery } from '../../api/server/backends/logs.js';
import type { LogLimits } from './limits.js';
import { readLog } from './log-reader.js';
import { LogSource } from './log-source.js';
import { Rotation } from './rotation.js';

const query: LogQuery = {
  follow: false,
  stdout: true,
  stderr: true,
  since: 0n,
  until: 0n,
  timestamps: false,
  details: false,
};

/** A writer like conmon: it goes on with the old file until it has opened the new one. */
class Writer {
  readonly #path: string;
  #to: string;
  #next = 1;

  constructor(path: string) {
    this.#path = path;
    this.#to = path;
  }

  write(lines: number): void {
    for (let left = lines; left > 0; left--) {
      const text = `1970-01-01T00:00:01.000000000+00:00 stdout F ${this.#next++}\n`;
      appendFileSync(this.#to, text);
    }
  }

  /** Writes a last line to the file that was put aside, then begins the new one. */
  reopen = async () => {
    this.#to = `${this.#path}.full`;
    this.write(1);
    this.#to = this.#path;
    writeFileSync(this.#path, '');
  };
}

describe('Rotation', () => {
  let folder: string;
  let source: LogSource;
  let writer: Writer;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rotation-'));
    source = new LogSource(join(folder, 'log'));
    writer = new Writer(source.path);
    writeFileSync(source.path, '');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const rotation = (over: Partial<LogLimits> = {}) =>
    new Rotation(source, { maxBytes: 470, maxFiles: 3, compress: false, ...over });
  const files = () => readdirSync(folder).sort();
  const read = async (
    over: Partial<LogQuery> = {},
    ended: Promise<unknown> = Promise.resolve(),
  ) => {
    const options = { tty: false, query: { ...query, ...over }, details: '', ended };
    let text = '';
    for await (const batch of readLog(source, options).batches)
      for (const { data } of batch) text += data;
    return text.trim().split('\n').map(Number);
  };
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => from + at);

  it('is due when the file has reached its limit', () => {
    writer.write(9);
    expect(rotation().isDue).to.equal(false);
    writer.write(1);
    expect(rotation().isDue).to.equal(true);
    expect(rotation({ maxBytes: undefined }).isDue).to.equal(false);
  });

  it('numbers the files, the newest first, and drops the oldest', async () => {
    for (let round = 0; round < 4; round++) {
      writer.write(11);
      await rotation().rotate(writer.reopen);
    }
    writer.write(1);
    expect(files()).to.deep.equal(['log', 'log.1', 'log.2']);
    expect(await read()).to.deep.equal(range(25, 49));
    expect(await read({ tail: 3 })).to.deep.equal([47, 48, 49]);
  });

  it('keeps one file alone if there may be no more', async () => {
    writer.write(11);
    await rotation({ maxFiles: 1 }).rotate(writer.reopen);
    writer.write(2);
    expect(files()).to.deep.equal(['log']);
    expect(await read()).to.deep.equal([13, 14]);
  });

  it('cuts what has grown far over the limit', async () => {
    writer.write(50);
    await rotation({ maxFiles: 4 }).rotate(writer.reopen);
    expect(files()).to.deep.equal(['log', 'log.1', 'log.2', 'log.3']);
    const lines = await read();
    expect(lines).to.deep.equal(range(lines[0] ?? 0, 51));
    expect(lines[0]).to.be.within(20, 32);
  });

  it('cuts at the end too, when nothing is written any more', async () => {
    writer.write(50);
    await rotation({ maxFiles: 100 }).finish();
    expect(files().length).to.be.within(5, 7);
    expect(await read()).to.deep.equal(range(1, 50));
    await rotation({ maxFiles: 100 }).finish();
    expect(await read()).to.deep.equal(range(1, 50));
  });

  it('compresses, and whoever reads sees nothing of it', async () => {
    for (let round = 0; round < 2; round++) {
      writer.write(11);
      await rotation({ compress: true }).rotate(writer.reopen);
    }
    expect(files()).to.deep.equal(['log', 'log.1.gz', 'log.2.gz']);
    expect(await read()).to.deep.equal(range(1, 24));
    expect(await read({ tail: 14 })).to.deep.equal(range(11, 24));
    expect(files()).to.deep.equal(['log', 'log.1.gz', 'log.2.gz']);
  });

  /** How many files of the log this process has open. */
  const opened = () =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
      } catch {
        return false;
      }
    }).length;

  it('tells those who follow, who miss nothing though files are dropped meanwhile', async () => {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    writer.write(5);
    const followed = read({ follow: true }, ended);
    await eventually(() => expect(opened()).to.equal(1));
    for (let round = 0; round < 5; round++) {
      writer.write(11);
      await rotation({ maxFiles: 1 }).rotate(writer.reopen);
    }
    writer.write(3);
    end();
    expect(await followed).to.deep.equal(range(1, 68));
  });

  const follow = () => {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const options = { tty: false, details: '', ended };
    const { batches } = readLog(source, { ...options, query: { ...query, follow: true } });
    const numbers: number[] = [];
    const take = async (batch: Awaited<ReturnType<typeof next>>) => {
      const text = batch.done ? '' : batch.value.map(({ data }) => data.toString()).join('');
      numbers.push(...text.split('\n').filter(Boolean).map(Number));
    };
    const iterator = batches[Symbol.asyncIterator]();
    const next = () => iterator.next();
    return { numbers, next: async () => take(await next()), end: () => end() };
  };

  it('leaves no file open that was read by who follows', async () => {
    const reader = follow();
    writer.write(1);
    await reader.next();
    for (let round = 1; round <= 30; round++) {
      writer.write(11);
      await rotation({ maxFiles: 1 }).rotate(writer.reopen);
      while ((reader.numbers.at(-1) ?? 0) < round * 12 + 1) await reader.next();
      expect(opened()).to.be.at.most(3);
    }
    expect(reader.numbers).to.deep.equal(range(1, 361));
    reader.end();
    await reader.next();
    expect(opened()).to.equal(0);
  });

  it('leaves out what was dropped long ago for who does not get on', async () => {
    const reader = follow();
    writer.write(1);
    await reader.next();
    for (let round = 1; round <= 30; round++) {
      writer.write(11);
      await rotation().rotate(writer.reopen);
    }
    // The one that it was reading, those that the log still has, and some that it has dropped.
    expect(opened()).to.be.within(4, 13);
    reader.end();
    while (reader.numbers.at(-1) !== 361) await reader.next();
    const kept = reader.numbers.slice(13);
    expect(reader.numbers.slice(0, 13)).to.deep.equal(range(1, 13));
    expect(kept).to.deep.equal(range(kept[0] ?? 0, 361));
    expect(kept.length).to.be.within(3 * 12, 12 * 12);
  });

  it('shows nothing twice to who comes while the new file is begun', async () => {
    let followed: Promise<number[]> = Promise.resolve([]);
    writer.write(11);
    await rotation().rotate(async () => {
      await writer.reopen();
      followed = read({ follow: true });
      await new Promise((done) => setTimeout(done, 20));
    });
    expect(await followed).to.deep.equal(range(1, 12));
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    await rotation().rotate(async () => {
      await writer.reopen();
      followed = read({ follow: true }, ended);
      await new Promise((done) => setTimeout(done, 20));
    });
    writer.write(2);
    await new Promise((done) => setTimeout(done, 20));
    end();
    expect(await followed).to.deep.equal(range(1, 15));
  });

  it('goes on where a killed daemon stopped: before the writer was told', async () => {
    writer.write(11);
    writeFileSync(`${source.path}.full`, '');
    rmSync(source.path);
    const reopened: boolean[] = [];
    await rotation().recover(async () => {
      reopened.push(true);
      await writer.reopen();
    });
    expect(reopened).to.deep.equal([true]);
    expect(files()).to.deep.equal(['log', 'log.1']);
  });

  it('goes on where a killed daemon stopped: after the writer was told', async () => {
    writer.write(3);
    for (const draft of ['last', 'piece0', '1.part'])
      writeFileSync(`${source.path}.${draft}`, 'half');
    writeFileSync(`${source.path}.full`, '1970-01-01T00:00:01.000000000+00:00 stdout F 0\n');
    await rotation().recover(async () => {
      throw new Error('there is no need');
    });
    expect(await read()).to.deep.equal([0, 1, 2, 3]);
    expect(files()).to.deep.equal(['log', 'log.1']);
  });
});
