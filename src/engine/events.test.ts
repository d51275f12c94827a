import { expect } from 'chai';
import type { EventMessage } from '../api/types/system.js';
import { FakeClock } from '../base/clock.js';
import { EventBus, type EventSubject } from './events.js';

const start = Date.parse('2026-01-01T00:00:00Z') / 1000;

function subject(Action: string, over: Partial<EventSubject> = {}): EventSubject {
  const Attributes = { name: 'web', image: 'box:1', tier: 'front' };
  return { Type: 'container', Action, Actor: { ID: 'abc123', Attributes }, ...over };
}

describe('EventBus', () => {
  let clock: FakeClock;
  let bus: EventBus;
  let client: AbortController;
  beforeEach(() => {
    clock = new FakeClock();
    bus = new EventBus(clock);
    client = new AbortController();
  });

  type Wish = { since?: number; until?: number; filters?: Map<string, string[]> };
  const stream = (query: Wish = {}) =>
    bus.stream({ filters: new Map(), signal: client.signal, ...query });

  async function actions(events: AsyncIterable<EventMessage>): Promise<string[]> {
    const found: string[] = [];
    for await (const { Action } of events) found.push(Action);
    return found;
  }

  it('tells what happens from now on, until the client goes', async () => {
    bus.emit(subject('create'));
    const found = actions(stream());
    await Promise.resolve();
    bus.emit(subject('start'));
    bus.emit(subject('die'));
    client.abort();
    expect(await found).to.deep.equal(['start', 'die']);
  });

  it('is over at once for a client that is gone', async () => {
    client.abort();
    expect(await actions(stream())).to.deep.equal([]);
  });

  it('tells of the past, of a part of it, and goes on', async () => {
    for (const action of ['create', 'start', 'die']) {
      bus.emit(subject(action));
      clock.advance(1000);
    }
    expect(await actions(stream({ since: start + 1, until: start + 3 }))).to.deep.equal([
      'start',
      'die',
    ]);
    expect(await actions(stream({ since: start, until: start + 0.5 }))).to.deep.equal(['create']);
    expect(await actions(stream({ until: start + 1 }))).to.deep.equal(['create', 'start']);
    const found = actions(stream({ since: start + 2 }));
    bus.emit(subject('destroy'));
    await new Promise((done) => setImmediate(done));
    client.abort();
    expect(await found).to.deep.equal(['die', 'destroy']);
  });

  it('ends by itself at a time to come', async () => {
    const found = actions(stream({ until: start + 0.02 }));
    await Promise.resolve();
    bus.emit(subject('start'));
    expect(await found).to.deep.equal(['start']);
  });

  it('passes over filters that it does not know, as Docker does', async () => {
    bus.emit(subject('create'));
    const filters = new Map([['nonsense', ['x']]]);
    expect(await actions(stream({ until: start, filters }))).to.deep.equal(['create']);
  });

  it('keeps the last 256', async () => {
    for (let n = 0; n < 300; n++) bus.emit(subject(String(n)));
    const kept = await actions(stream({ since: 0, until: start }));
    expect(kept).to.have.length(256);
    expect(kept[0]).to.equal('44');
  });

  it('serves every client, and one that stops reading disturbs nobody', async () => {
    const first = stream();
    const second = actions(stream());
    const one = first.next();
    await Promise.resolve();
    bus.emit(subject('start'));
    expect((await one).value).to.include({ Action: 'start' });
    await first.return(undefined);
    bus.emit(subject('die'));
    await new Promise((done) => setImmediate(done));
    client.abort();
    expect(await second).to.deep.equal(['start', 'die']);
  });

  it('has three more fields for old clients, on containers and images', async () => {
    bus.emit(subject('start'));
    bus.emit(subject('connect', { Type: 'network' }));
    const found: EventMessage[] = [];
    for await (const event of stream({ since: 0, until: start })) found.push(event);
    expect(found[0]).to.include({ status: 'start', id: 'abc123', from: 'box:1' });
    expect(found[0]).to.include({ scope: 'local', time: start, timeNano: start * 1e9 });
    expect(found[1]).not.to.have.any.keys('status', 'id', 'from');
  });

  const filters: [Record<string, string[]>, boolean][] = [
    [{ type: ['container'] }, true],
    [{ type: ['network', 'container'] }, true],
    [{ type: ['network'] }, false],
    [{ event: ['exec_start'] }, true],
    [{ event: ['exec'] }, false],
    [{ container: ['web'] }, true],
    [{ container: ['abc'] }, true],
    [{ container: ['we'] }, false],
    [{ network: ['web'] }, false],
    [{ image: ['box:1'] }, true],
    [{ image: ['web'] }, false],
    [{ label: ['tier'] }, true],
    [{ label: ['tier=front'] }, true],
    [{ label: ['tier=back'] }, false],
    [{ label: ['tier', 'other'] }, false],
    [{ scope: ['swarm'] }, false],
    [{ type: ['container'], event: ['die'] }, false],
  ];
  for (const [filter, isWanted] of filters) {
    it(`${isWanted ? 'lets through' : 'holds back'} by ${JSON.stringify(filter)}`, async () => {
      bus.emit(subject('exec_start: ls'));
      const query = { since: 0, until: start, filters: new Map(Object.entries(filter)) };
      expect(await actions(stream(query))).to.have.length(isWanted ? 1 : 0);
    });
  }
});
