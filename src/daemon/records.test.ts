import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../base/logger.js';
import { durableRecords, recordFolder, volatileRecords } from './records.js';

interface Thing {
  readonly n: number;
}

describe('records', () => {
  let folder: string;
  beforeEach(() => {
    folder = recordFolder(mkdtempSync(join(tmpdir(), 'tsnet-records-')), 'things');
  });
  afterEach(() => rmSync(join(folder, '../..'), { recursive: true, force: true }));

  for (const [kind, open] of [
    ['durable', durableRecords],
    ['volatile', volatileRecords],
  ] as const) {
    const records = () => open<Thing>(folder, ({ n }) => typeof n === 'number', silentLogger);

    it(`${kind} ones are there after a restart`, async () => {
      await records().save('a', { n: 1 });
      expect(records().get('a')).to.deep.equal({ n: 1 });
      expect(folder).to.match(/\/state\/things$/);
    });

    for (const text of ['{"n":"1"}', '{}', 'null', '1', '[]', '{']) {
      it(`${kind} ones set aside ${text}`, async () => {
        await records().save('good', { n: 1 });
        writeFileSync(join(folder, 'bad.json'), text);
        expect(records().values()).to.deep.equal([{ n: 1 }]);
        expect(existsSync(join(folder, 'bad.json.corrupt'))).to.equal(true);
        expect(existsSync(join(folder, 'bad.json'))).to.equal(false);
      });
    }
  }
});
