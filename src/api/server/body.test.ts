import { expect } from 'chai';
import * as v from 'valibot';
import { InvalidParameter } from '../../base/errors.js';
import { decode, readBody } from './body.js';

const json = { contentType: 'application/json' };
const schema = v.object({ a: v.nullish(v.object({ b: v.array(v.number()) })) });

async function* parts(...texts: Buffer[]): AsyncGenerator<Buffer> {
  yield* texts;
}

describe('readBody', () => {
  it('joins characters that were cut in two', async () => {
    const bytes = Buffer.from('für');
    expect(await readBody(parts(bytes.subarray(0, 2), bytes.subarray(2)))).to.equal('für');
  });

  it('stops at 4 MiB', async () => {
    const mib = Buffer.alloc(1024 * 1024, 'x');
    expect(await readBody(parts(mib, mib, mib, mib))).to.have.length(4 * 1024 * 1024);
    const error = await readBody(parts(mib, mib, mib, mib, Buffer.from('x'))).catch((e) => e);
    expect(error).to.be.instanceOf(InvalidParameter);
  });
});

describe('decode', () => {
  it('reads by the schema', () =>
    expect(decode(schema, '{"a":{"b":[1]},"x":1}', json)).to.deep.equal({ a: { b: [1] } }));

  it('bears parameters of the type', () => {
    const contentType = 'Application/JSON; charset=utf-8';
    expect(decode(schema, '{}', { contentType })).to.deep.equal({});
  });

  it('takes an empty body where that is allowed, whatever its type', () =>
    expect(decode(schema, '', { contentType: undefined, mayBeEmpty: true })).to.deep.equal({}));

  const refusals: [string, string | undefined, RegExp][] = [
    ['', 'application/json', /^invalid JSON: got EOF while reading request body$/],
    ['{}', 'text/plain', /^unsupported Content-Type header \(text\/plain\)/],
    ['{}', undefined, /^unsupported Content-Type header \(\)/],
    ['{', 'application/json', /^invalid JSON: /],
    ['{} {}', 'application/json', /^unexpected content after JSON$/],
    ['[]', 'application/json', /^invalid JSON: the request body is not an object$/],
    ['null', 'application/json', /^invalid JSON: the request body is not an object$/],
    ['"x"', 'application/json', /^invalid JSON: the request body is not an object$/],
    ['{"a":{"b":[1,"2"]}}', 'application/json', /^invalid JSON: a\.b\.1: /],
  ];
  for (const [text, contentType, message] of refusals) {
    it(`refuses ${text || 'nothing'} as ${contentType}`, () =>
      expect(() => decode(schema, text, { contentType })).to.throw(InvalidParameter, message));
  }
});
