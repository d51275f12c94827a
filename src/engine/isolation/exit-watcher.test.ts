import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ExitWatcher } from './exit-watcher.js';

describe('ExitWatcher', () => {
  let folder: string;
  let watcher: ExitWatcher;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'exits-'));
    watcher = new ExitWatcher(folder, 10);
  });
  afterEach(() => {
    watcher[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });

  const end = (id: string, code: string) => {
    writeFileSync(join(folder, `${id}.tmp`), code);
    renameSync(join(folder, `${id}.tmp`), join(folder, id));
  };
  const never = () => false;

  it('sees an end that was before', async () => {
    end('a', '3');
    expect((await watcher.wait('a', never))?.code).to.equal(3);
  });

  it('sees ends as they come, for all who wait', async () => {
    const waits = [watcher.wait('a', never), watcher.wait('a', never), watcher.wait('b', never)];
    end('b', '0');
    end('a', '137');
    expect((await Promise.all(waits)).map((exit) => exit?.code)).to.deep.equal([137, 137, 0]);
  });

  it('gives up on one that is gone without a word', async () => {
    let gone = false;
    const wait = watcher.wait('a', () => gone);
    setTimeout(() => {
      gone = true;
    }, 20);
    expect(await wait).to.equal(undefined);
  });

  it('looks for nothing that nobody waits for any more', async () => {
    const waits = [watcher.wait('a', () => true), watcher.wait('b', never)];
    void watcher.wait('c', never);
    end('b', '1');
    expect(watcher.awaited).to.include('c');
    await Promise.all(waits);
    expect(watcher.awaited).to.deep.equal(['c']);
  });

  it('forgets', () => {
    end('a', '3');
    watcher.clear('a');
    watcher.clear('a');
    expect(watcher.read('a')).to.equal(undefined);
  });
});
