import { writeSync } from 'node:fs';
import { expect } from 'chai';
import { pipe } from '../../native/fd.js';
import { parseSyncMessage, SyncPipe } from './sync-pipe.js';

describe('parseSyncMessage', () => {
  it('reads a pid', () => expect(parseSyncMessage('{"data": 12}')).to.deep.equal({ data: 12 }));
  it('reads a complaint with control characters', () =>
    expect(parseSyncMessage('{"data": -1, "message": "a\\n\tb"}')).to.deep.equal({
      data: -1,
      message: 'a\n b',
    }));
  for (const line of ['', '{', '{}', 'null', '{"data":"1"}']) {
    it(`refuses ${line}`, () => expect(() => parseSyncMessage(line)).to.throw('unexpected'));
  }
});

describe('SyncPipe', () => {
  it('reads lines however they come, then the end', async () => {
    const { read, write } = pipe();
    using sync = new SyncPipe(read);
    writeSync(write.number, '{"data": 1}\n{"da');
    expect(await sync.next()).to.deep.equal({ data: 1 });
    writeSync(write.number, 'ta": 2}\n{"data": 3}');
    write.close();
    expect(await sync.next()).to.deep.equal({ data: 2 });
    expect(await sync.next()).to.deep.equal({ data: 3 });
    expect(await sync.next()).to.equal(undefined);
  });
});
