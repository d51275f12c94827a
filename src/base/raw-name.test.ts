import { expect } from 'chai';
import { nameBytes, nameText, rawPath } from './raw-name.js';

describe('names of any bytes', () => {
  const table: [what: string, hex: string, text: string][] = [
    ['ASCII', '6162', 'ab'],
    ['UTF-8', 'c3a4f09f9880', 'ä😀'],
    ['Latin-1', '6de472', 'm\udce4r'],
    ['a cut character', 'f09f98', '\udcf0\udc9f\udc98'],
    ['an encoded surrogate', 'edb380', '\udced\udcb3\udc80'],
    ['too long an encoding of a slash', 'c0af', '\udcc0\udcaf'],
    ['a pair of surrogates beside a byte', 'f09f9880ff', '😀\udcff'],
    ['nothing', '', ''],
  ];
  for (const [what, hex, text] of table)
    it(what, () => {
      const bytes = Buffer.from(hex, 'hex');
      expect(nameText(bytes)).to.equal(text);
      expect(nameBytes(text).toString('hex')).to.equal(hex);
      expect(Buffer.from(rawPath(text)).equals(bytes)).to.equal(true);
    });

  it('gives each pair of bytes a text of its own', () => {
    const texts = new Set<string>();
    for (let i = 0; i < 65_536; i++) {
      const bytes = Buffer.of(i >> 8, i & 255);
      const text = nameText(bytes);
      texts.add(text);
      if (!nameBytes(text).equals(bytes)) throw new Error(bytes.toString('hex'));
    }
    expect(texts.size).to.equal(65_536);
  });
});
