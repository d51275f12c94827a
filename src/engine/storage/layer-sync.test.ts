import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { silentLogger } from '../../base/logger.js';
import { LayerSync } from './layer-sync.js';
import type { LayerRecord } from './records.js';

const layer = (id: string) => ({ id }) as LayerRecord;

describe('bringing layers to the disk', () => {
  it('takes together what comes during a sync, and waits for all', async () => {
    const log: string[] = [];
    const sync = new LayerSync({
      sync: async () => {
        log.push('sync');
        await turn();
      },
      synced: async ({ id }) => {
        log.push(id);
      },
      logger: silentLogger,
    });
    sync.add(layer('a'));
    sync.add(layer('b'));
    sync.add(layer('c'));
    await sync.settled();
    expect(log).to.deep.equal(['sync', 'a', 'sync', 'b', 'c']);
    sync.add(layer('d'));
    await sync.settled();
    expect(log.slice(5)).to.deep.equal(['sync', 'd']);
  });

  it('goes on after a sync that failed', async () => {
    const done: string[] = [];
    let fails = true;
    const sync = new LayerSync({
      sync: async () => {
        if (fails) throw new Error('I/O error');
      },
      synced: async ({ id }) => {
        done.push(id);
      },
      logger: silentLogger,
    });
    sync.add(layer('a'));
    await sync.settled();
    fails = false;
    sync.add(layer('b'));
    await sync.settled();
    expect(done).to.deep.equal(['b']);
  });
});
