import { expect } from 'chai';
import { FakeContext, FakeRecords, rejection } from './fake-context.js';
import type { ContainerRecord } from './model.js';
import { ContainerStateRecords, type StoredState } from './state-records.js';

describe('records of containers and their states', () => {
  let calls: string[];
  let failOn: RegExp | undefined;
  let settings: FakeRecords<ContainerRecord>;
  let states: FakeRecords<StoredState>;
  let records: ContainerStateRecords;
  let record: ContainerRecord;

  const reopen = () => new ContainerStateRecords({ settings, states });
  const ended = (exitCode: number) => ({
    ...record,
    lastRun: { ...record.lastRun, status: 'exited' as const, exitCode },
  });
  /** What the next daemon will know. */
  const stored = () => reopen().values()[0];

  beforeEach(async () => {
    using world = new FakeContext();
    ({ record } = await world.create('web'));
    calls = [];
    failOn = undefined;
    const gate = (what: string) => {
      calls.push(what);
      if (failOn?.test(what)) throw new Error(`${what} failed`);
    };
    settings = new FakeRecords('settings', gate);
    states = new FakeRecords('states', gate);
    records = reopen();
    await records.save(record.id, record);
  });

  it('writes a new container once', () => {
    expect(calls).to.deep.equal(['settings.save']);
    expect(stored()).to.deep.equal(JSON.parse(JSON.stringify(record)));
  });

  it('writes what differs', async () => {
    await records.save(record.id, ended(3));
    await records.save(record.id, ended(3));
    expect(calls.slice(1)).to.deep.equal(['states.save']);
    expect(stored()?.lastRun.exitCode).to.equal(3);
    await records.save(record.id, { ...ended(3), name: 'shop' });
    expect(calls.slice(2)).to.deep.equal(['settings.save']);
    await records.save(record.id, { ...ended(4), name: 'mall', restartCount: 2 });
    expect(calls.slice(3)).to.deep.equal(['states.save', 'settings.save']);
    expect(stored()).to.deep.include({ name: 'mall', restartCount: 2 });
  });

  it('goes on where the last daemon ended', async () => {
    await records.save(record.id, ended(3));
    records = reopen();
    const [known] = records.values();
    if (!known) throw new Error('there is a record');
    await records.save(record.id, { ...known, stoppedByUser: true });
    expect(calls.slice(1)).to.deep.equal(['states.save', 'states.save']);
    expect(stored()).to.deep.include({ stoppedByUser: true });
  });

  it('writes all after a failure', async () => {
    await records.save(record.id, ended(1));
    failOn = /save/;
    await rejection(records.save(record.id, { ...ended(5), name: 'shop' }));
    failOn = undefined;
    await records.save(record.id, { ...ended(5), name: 'shop' });
    expect(stored()).to.deep.include({ name: 'shop' });
    expect(stored()?.lastRun.exitCode).to.equal(5);
  });

  it('leaves nothing of a removed one, whenever it is cut short', async () => {
    await records.save(record.id, ended(3));
    failOn = /states.remove/;
    // What is left is nobody's, which is no reason to tell of a failure.
    await records.remove(record.id);
    failOn = undefined;
    expect(reopen().values()).to.deep.equal([]);
    await Promise.resolve();
    expect(states.values()).to.deep.equal([]);
  });
});
