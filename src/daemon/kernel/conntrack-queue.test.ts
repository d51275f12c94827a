import { expect } from 'chai';
import { silentLogger } from '../../base/logger.js';
import type { ConntrackFilter } from '../../native/conntrack-model.js';
import { ConntrackQueue } from './conntrack-queue.js';

/** A table that is walked when the test lets it. */
class FakeTable {
  readonly walks: ConntrackFilter[][] = [];
  failure: Error | undefined;
  readonly #waiting: (() => void)[] = [];

  async flushAsync(...filters: ConntrackFilter[]): Promise<number> {
    this.walks.push(filters);
    if (this.failure) throw this.failure;
    await new Promise<void>((done) => this.#waiting.push(done));
    return 0;
  }

  finish(): void {
    for (const done of this.#waiting.splice(0)) done();
  }
}

const tick = () => new Promise<void>((done) => setImmediate(done));

describe('ConntrackQueue', () => {
  let table: FakeTable;
  let tracked: Set<string>;
  let warnings: string[];
  let queue: ConntrackQueue;
  beforeEach(() => {
    table = new FakeTable();
    tracked = new Set(['172.17.0.2', '172.17.0.3', 'fd00::2']);
    warnings = [];
    queue = new ConntrackQueue({
      conntrack: table,
      tracked: { take: (address) => tracked.delete(address) },
      logger: { ...silentLogger, warn: (message) => void warnings.push(message) },
    });
  });

  it('does all that comes at once in one walk', async () => {
    queue.deleteByAddress('172.17.0.2');
    queue.deleteByAddress('fd00::2');
    queue.deleteByHostPort('tcp', 8080, 8080);
    await tick();
    expect(table.walks).to.have.length(1);
    expect(table.walks[0]?.map(({ family }) => family)).to.deep.equal([4, 6, undefined]);
    table.finish();
    await queue.settled();
  });

  it('walks for nobody who had no connection', async () => {
    queue.deleteByAddress('172.17.0.9');
    await queue.settled();
    queue.deleteByAddress('172.17.0.2');
    queue.deleteByAddress('172.17.0.2');
    await tick();
    expect(table.walks.map((filters) => filters.length)).to.deep.equal([1]);
    table.finish();
    await queue.settled();
  });

  it('walks once more for what comes during a walk, and is settled after that', async () => {
    queue.deleteByAddress('172.17.0.2');
    await tick();
    queue.deleteByAddress('172.17.0.3');
    queue.deleteByHostPort('udp', 53, 53);
    let isSettled = false;
    const settled = queue.settled().then(() => {
      isSettled = true;
    });
    await tick();
    expect(table.walks).to.have.length(1);
    table.finish();
    await tick();
    expect(table.walks.map((filters) => filters.length)).to.deep.equal([1, 2]);
    expect(isSettled).to.equal(false);
    table.finish();
    await settled;
  });

  it('goes on after a walk that failed', async () => {
    table.failure = new Error('no such netlink family');
    queue.deleteByHostPort('tcp', 80, 80);
    await queue.settled();
    expect(warnings).to.deep.equal(['tracked connections not forgotten']);
    table.failure = undefined;
    queue.deleteByHostPort('tcp', 81, 81);
    await tick();
    expect(table.walks).to.have.length(2);
    table.finish();
    await queue.settled();
  });
});
