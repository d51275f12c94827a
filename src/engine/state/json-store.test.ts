import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../../base/logger.js';
import { DurableStore } from './durable-store.js';
import type { StoreOptions } from './json-store.js';
import { VolatileStore } from './volatile-store.js';

interface Thing {
  readonly size: number;
}

function decode(value: unknown): Thing {
  if (
    typeof value === 'object' &&
    value !== null &&
    'size' in value &&
    typeof value.size === 'number'
  )
    return { size: value.size };
  throw new TypeError('not a thing');
}

const kinds = [
  ['DurableStore', (o: StoreOptions<Thing>) => new DurableStore(o)],
  ['VolatileStore', (o: StoreOptions<Thing>) => new VolatileStore(o)],
] as const;

describe('a record with a constant part', () => {
  interface Run {
    readonly config?: { readonly ports: readonly number[] };
    readonly state: { readonly exitCode: number };
  }

  it('is written as one without, whatever changes beside the part', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tsnet-state-'));
    const decode = (value: unknown) => value as Run;
    const options = { folder, decode, logger: silentLogger };
    const store = new DurableStore<Run>({ ...options, constant: ['config'] });
    const config = { ports: [80, 443] };
    try {
      const saved: readonly Run[] = [
        { config, state: { exitCode: 0 } },
        { config, state: { exitCode: 1 } },
        { config: { ports: [] }, state: { exitCode: 1 } },
        { state: { exitCode: 2 } },
      ];
      for (const run of saved) {
        await store.save('a', run);
        const text = readFileSync(join(folder, 'a.json'), 'utf8');
        expect(text).to.equal(`${JSON.stringify(run, undefined, 1)}\n`);
        expect(new DurableStore<Run>(options).get('a')).to.deep.equal(run);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

for (const [name, make] of kinds) {
  describe(name, () => {
    let folder: string;
    const open = () => make({ folder, decode, logger: silentLogger });
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'tsnet-state-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it('gives back after a restart what was saved, and not what was removed', async () => {
      const store = open();
      await store.save('a', { size: 1 });
      await store.save('b', { size: 2 });
      await store.save('a', { size: 3 });
      await store.remove('b');
      await store.remove('never-there');
      for (const s of [store, open()]) expect(s.entries()).to.deep.equal([['a', { size: 3 }]]);
      expect(readdirSync(folder)).to.deep.equal(['a.json']);
    });

    it('keeps the order of saves of one key', async () => {
      const store = open();
      await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((size) => store.save('a', { size })));
      expect(store.get('a')).to.deep.equal({ size: 8 });
      expect(open().get('a')).to.deep.equal({ size: 8 });
      await Promise.all([store.save('a', { size: 9 }), store.remove('a')]);
      expect(open().has('a')).to.equal(false);
    });

    it('sets a torn or foreign file aside and goes on', async () => {
      await open().save('good', { size: 1 });
      writeFileSync(join(folder, 'torn.json'), '{"si');
      writeFileSync(join(folder, 'foreign.json'), '{"weight":1}');
      const store = open();
      expect(store.entries()).to.deep.equal([['good', { size: 1 }]]);
      expect([...store.setAside].sort()).to.deep.equal(['foreign', 'torn']);
      expect(store.corrupt).to.deep.equal(['foreign.json.corrupt', 'torn.json.corrupt']);
      expect(readFileSync(join(folder, 'torn.json.corrupt'), 'utf8')).to.equal('{"si');
      const again = open();
      expect(again.corrupt).to.deep.equal([]);
      expect([...again.setAside].sort()).to.deep.equal(['foreign', 'torn']);
    });

    it('clears away what a killed save left', () => {
      writeFileSync(join(folder, 'a.json.tmp'), '{"size":');
      expect(open().values()).to.deep.equal([]);
      expect(readdirSync(folder)).to.deep.equal([]);
    });

    it('refuses keys that could leave the folder', async () => {
      const store = open();
      for (const key of ['', '.', '..', '../a', 'a/b', '.hidden', 'a\0b', '-x']) {
        const error = await store.save(key, { size: 1 }).then(
          () => undefined,
          (e: unknown) => e,
        );
        expect(error, key).to.be.an('error').with.property('kind', 'InvalidParameter');
      }
    });
  });
}
