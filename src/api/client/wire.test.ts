import { expect } from 'chai';
import { parseAddress } from './address.js';
import { ChunkedDecoder, encodeChunk } from './chunked.js';
import { demultiplex } from './frames.js';
import { parseJson } from './json.js';
import { lines } from './lines.js';
import { encodeFilters, encodeQuery } from './query.js';

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('the wire', () => {
  const sizes = [1, 2, 3, 7, 1000];

  for (const size of sizes) {
    it(`reads chunks that come ${size} bytes at a time`, () => {
      const wire = Buffer.concat(
        ['hello ', 'chunked\r\n', 'world'].map((text) => encodeChunk(Buffer.from(text))),
      );
      const all = Buffer.concat([wire, Buffer.from('0\r\n\r\n')]);
      const decoder = new ChunkedDecoder();
      const seen: Buffer[] = [];
      for (let at = 0; at < all.length; at += size)
        seen.push(...decoder.push(all.subarray(at, at + size)));
      expect(Buffer.concat(seen).toString()).to.equal('hello chunked\r\nworld');
      expect(decoder.done).to.equal(true);
    });

    it(`takes frames apart that come ${size} bytes at a time`, async () => {
      const frame = (stream: number, text: string) => {
        const header = Buffer.alloc(8);
        header[0] = stream;
        header.writeUInt32BE(text.length, 4);
        return Buffer.concat([header, Buffer.from(text)]);
      };
      const wire = Buffer.concat([frame(1, 'out'), frame(2, 'error'), frame(1, ''), frame(1, '!')]);
      const texts = { stdout: '', stderr: '' };
      for await (const { stream, data } of demultiplex(pieces(wire, size))) texts[stream] += data;
      expect(texts).to.deep.equal({ stdout: 'out!', stderr: 'error' });
    });

    it(`reads lines that come ${size} bytes at a time`, async () => {
      const seen: string[] = [];
      for await (const line of lines(pieces(Buffer.from('ä\r\nb\n\nlast'), size))) seen.push(line);
      expect(seen).to.deep.equal(['ä', 'b', 'last']);
    });
  }

  it('refuses what are no chunks and no frames', async () => {
    expect(() => new ChunkedDecoder().push(Buffer.from('zz\r\n'))).to.throw('malformed chunk size');
    const read = async () => {
      for await (const _ of demultiplex(pieces(Buffer.from('not frames'), 100))) void _;
    };
    const error = await read().catch((thrown: unknown) => thrown);
    expect(String(error)).to.contain('Unrecognized input header: 110');
  });

  it('keeps long integers exact, and digits in strings alone', () => {
    expect(parseJson('{"a":1767323046100000001,"b":"1767323046100000001","c":1.5}')).to.deep.equal({
      a: 1_767_323_046_100_000_001n,
      b: '1767323046100000001',
      c: 1.5,
    });
  });

  it('writes queries and filters as Docker does', () => {
    const query = { a: true, b: false, c: '', d: 0, e: ['x', 'y z'], f: undefined };
    expect(encodeQuery(query)).to.equal('?a=1&d=0&e=x&e=y+z');
    expect(
      encodeFilters([
        ['label', 'b'],
        ['id', 'x'],
        ['label', 'a'],
      ]),
    ).to.equal('{"id":{"x":true},"label":{"b":true,"a":true}}');
  });

  it('reads addresses of daemons', () => {
    expect(parseAddress('unix:///run/x.sock')).to.deep.include({ path: '/run/x.sock' });
    expect(parseAddress('tcp://[::1]:99')).to.deep.include({ hostname: '::1', port: 99 });
    expect(parseAddress('tcp://box')).to.deep.include({ hostname: 'box', port: 2375 });
    expect(parseAddress('ftp://x/y')).to.equal(undefined);
  });
});
