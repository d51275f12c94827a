import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { InvalidParameter } from '../../base/errors.js';
import { silentLogger } from '../../base/logger.js';
import { VolatileStore } from './volatile-store.js';

const key = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'ab./\\~ \n\u0000-_é'), maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('..', '../up', 'a/../../up', '/tmp/up', 'a'.repeat(300), 'good'),
);

describe('hostile keys of records', () => {
  it('are refused, or make one file in the folder', async () => {
    const top = mkdtempSync(join(tmpdir(), 'tsnet-fuzz-'));
    const folder = join(top, 'records');
    try {
      mkdirSync(folder);
      const decode = (value: unknown) => value as object;
      const store = new VolatileStore<object>({ folder, decode, logger: silentLogger });
      let taken = 0;
      const property = fc.asyncProperty(key, async (name) => {
        try {
          await store.save(name, {});
          taken++;
          expect(readdirSync(folder)).to.deep.equal([`${name}.json`]);
          await store.remove(name);
        } catch (error) {
          expect(error).to.be.instanceOf(InvalidParameter);
        }
        expect(readdirSync(top)).to.deep.equal(['records']);
        expect(readdirSync(folder)).to.deep.equal([]);
      });
      await fc.assert(property, { numRuns: 400 });
      expect(taken).to.be.greaterThan(10);
    } finally {
      rmSync(top, { recursive: true });
    }
  });
});
