import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type ContainerRecord, ContainerRecords } from './container-record.js';

describe('ContainerRecords', () => {
  let folder: string;
  let record: ContainerRecord;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'records-'));
    const runDir = join(folder, 'run');
    mkdirSync(runDir);
    const process = { pid: 7, startTime: '12345678901234567890' };
    record = {
      runDir,
      init: process,
      monitor: process,
      cgroupsPath: '/d/c',
      tty: true,
      openStdin: true,
      stdinOnce: false,
    };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are found by the next daemon', () => {
    new ContainerRecords(join(folder, 'r')).put('c', record);
    expect(new ContainerRecords(join(folder, 'r')).get('c')).to.deep.equal(record);
  });

  it('are replaced and forgotten', () => {
    const records = new ContainerRecords(join(folder, 'r'));
    records.put('c', record);
    records.put('c', { ...record, cgroupsPath: '/x' });
    expect(records.get('c').cgroupsPath).to.equal('/x');
    records.forget('c');
    records.forget('c');
    expect(() => records.get('c')).to.throw('was not created');
  });

  it('are none if the file is torn', () => {
    new ContainerRecords(join(folder, 'r')).put('c', record);
    writeFileSync(join(record.runDir, 'launch.json'), '{"runDir":');
    expect(new ContainerRecords(join(folder, 'r')).find('c')).to.equal(undefined);
  });
});
