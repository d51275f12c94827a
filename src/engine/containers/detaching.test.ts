import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import type { AttachedStreams } from '../../api/server/backend.js';
import { checkDetachKeys, untilDetached } from './detaching.js';

describe('untilDetached', () => {
  const open = (keys: string, tty = true) => {
    const stdin = new PassThrough();
    const told: string[] = [];
    async function* chunks() {}
    const streams: AttachedStreams = {
      tty,
      chunks: chunks(),
      abort: () => told.push('abort'),
      stdin,
    };
    const wrapped = untilDetached(streams, keys, () => told.push('detached'));
    return { wrapped, stdin, told };
  };
  const settled = () => new Promise((done) => setImmediate(done));

  const table: [what: string, keys: string, typed: string[], passed: string, detaches: boolean][] =
    [
      ['other keys', '', ['ls\r'], 'ls\r', false],
      ['the usual ones', '', ['ab\x10\x11'], 'ab', true],
      ['them in two pieces', '', ['ab\x10', '\x11'], 'ab', true],
      ['half of them', '', ['\x10', 'x'], '\x10x', false],
      ['those of the request', 'a,b', ['aab'], 'a', true],
    ];
  for (const [what, keys, typed, passed, detaches] of table) {
    it(`looks for ${what}`, async () => {
      const { wrapped, stdin, told } = open(keys);
      for (const piece of typed) wrapped.stdin?.write(Buffer.from(piece));
      await settled();
      expect(String(stdin.read() ?? '')).to.equal(passed);
      expect(told).to.deep.equal(detaches ? ['detached', 'abort'] : []);
    });
  }

  it('lets everything through without a terminal', async () => {
    const { wrapped, stdin, told } = open('', false);
    wrapped.stdin?.write(Buffer.from('\x10\x11'));
    await settled();
    expect(String(stdin.read())).to.equal('\x10\x11');
    expect(told).to.deep.equal([]);
  });

  it('passes the end of input on', async () => {
    const { wrapped, stdin } = open('');
    wrapped.stdin?.end();
    await settled();
    expect(stdin.writableEnded).to.equal(true);
  });
});

describe('checkDetachKeys', () => {
  const refuse = (keys: string) => new Error(`no keys: ${keys}`);
  for (const keys of [undefined, '', 'ctrl-p,ctrl-q', 'a', 'ctrl-@']) {
    it(`takes ${keys}`, () => expect(checkDetachKeys(keys, refuse)).to.equal(keys ?? ''));
  }
  for (const keys of ['zzz', 'ctrl-', 'a,,b', 'ctrl-ab']) {
    it(`refuses ${keys}`, () =>
      expect(() => checkDetachKeys(keys, refuse)).to.throw(`no keys: ${keys}`));
  }
});
