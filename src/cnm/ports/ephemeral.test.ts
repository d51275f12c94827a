import { expect } from 'chai';
import { parseEphemeralPorts } from './ephemeral.js';

describe('parseEphemeralPorts', () => {
  const ranges: [string | undefined, [number, number]][] = [
    ['32768\t60999\n', [32768, 60999]],
    ['1024 1024', [1024, 1024]],
    [undefined, [49153, 65535]],
    ['', [49153, 65535]],
    ['60999 32768', [49153, 65535]],
    ['0 100', [49153, 65535]],
    ['1024 70000', [49153, 65535]],
  ];
  for (const [text, [first, last]] of ranges) {
    it(`range ${JSON.stringify(text)}`, () =>
      expect(parseEphemeralPorts(text, undefined).range).to.deep.equal({ first, last }));
  }

  const reserved: [string | undefined, number[]][] = [
    [undefined, []],
    ['\n', []],
    ['8080\n', [8080]],
    ['8080,9000-9002', [8080, 9000, 9001, 9002]],
    ['65534-99999', [65534, 65535]],
    ['9-8', []],
  ];
  for (const [text, ports] of reserved) {
    it(`reserved ${JSON.stringify(text)}`, () =>
      expect([...parseEphemeralPorts(undefined, text).reserved]).to.deep.equal(ports));
  }
});
