import { expect } from 'chai';
import { chainIdsOf, digestOf, digestStream, hexOf, isDigest } from './digest.js';

describe('digests', () => {
  const empty = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

  it('are those of sha256sum', () => {
    expect(digestOf('')).to.equal(empty);
    expect(hexOf(digestOf('abc'))).to.match(/^ba7816bf8f01cfea414140de5dae2223/);
    const stream = digestStream();
    for (const piece of ['a', 'bc']) stream.update(Buffer.from(piece));
    expect(stream.end()).to.equal(digestOf('abc'));
  });

  it('have one written form', () => {
    expect(isDigest(empty)).to.equal(true);
    for (const text of [
      empty.toUpperCase(),
      hexOf(digestOf('')),
      `${empty}0`,
      empty.slice(1),
      'sha512:00',
    ])
      expect(isDigest(text), text).to.equal(false);
  });

  it('of chains cover the layers below', () => {
    const [a, b, c] = [digestOf('a'), digestOf('b'), digestOf('c')];
    expect(chainIdsOf([])).to.deep.equal([]);
    const ab = digestOf(`${a} ${b}`);
    expect(chainIdsOf([a, b, c])).to.deep.equal([a, ab, digestOf(`${ab} ${c}`)]);
  });
});
