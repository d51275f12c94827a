import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../../base/logger.js';
import { LogSource } from './log-source.js';
import { Rotation } from './rotation.js';
import { RotationWatch } from './rotation-watch.js';

const line = '1970-01-01T00:00:01.000000000+00:00 stdout F 0123456789\n';

describe('RotationWatch', () => {
  let path: string;
  let watch: RotationWatch;
  beforeEach(() => {
    path = join(mkdtempSync(join(tmpdir(), 'watch-')), 'log');
    watch = new RotationWatch(silentLogger);
    writeFileSync(path, line.repeat(100));
  });
  afterEach(() => rmSync(join(path, '..'), { recursive: true }));

  const limits = { maxBytes: 1000, maxFiles: 2, compress: true };
  const rotation = () => new Rotation(new LogSource(path), limits);
  const sizeOf = () => readFileSync(path).length;

  it('has the log within its limits when it has ended, for all who ask', async () => {
    watch.begin('web', rotation(), async () => {});
    const first = watch.end('web');
    await watch.end('web');
    expect(sizeOf()).to.be.below(limits.maxBytes);
    await first;
    await watch.end('web');
    await watch.end('unknown');
  });

  it('begins with the next run when the one before is done with', async () => {
    const order: string[] = [];
    watch.begin('web', rotation(), async () => {});
    const ended = watch.end('web').then(() => order.push(`ended ${sizeOf() < limits.maxBytes}`));
    const next = rotation();
    next.recover = async () => void order.push('recovered');
    watch.begin('web', next, async () => {});
    await Promise.all([ended, watch.end('web')]);
    expect(order).to.deep.equal(['ended true', 'recovered']);
  });
});
