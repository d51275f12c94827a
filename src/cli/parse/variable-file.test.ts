import { expect } from 'chai';
import { parseVariables } from './variable-file.js';

describe('files of variables', () => {
  const parse = (text: string) => parseVariables(Buffer.from(text, 'latin1'), 'F');
  const good: readonly [text: string, lines: string[]][] = [
    ['A=1\n\n# no\n  B\r\nC= x \n', ['A=1', 'B', 'C= x ']],
    ['\xef\xbb\xbfA=1', ['A=1']],
    ['\xc3\xbc=\xc3\xa4\n', ['ü=ä']],
    ['', []],
  ];
  for (const [text, lines] of good) {
    it(JSON.stringify(text), () => expect(parse(text)).to.deep.equal(lines));
  }

  const bad: readonly [text: string, problem: string][] = [
    ['A=1\nB C=1\n', "invalid env file (F): variable 'B C' contains whitespaces"],
    [' =1\n', "invalid env file (F): no variable name on line '=1'"],
    ['A\n\xff\xfe=1\n', 'invalid env file (F): invalid utf8 bytes at line 2: [255 254 61 49]'],
  ];
  for (const [text, problem] of bad) {
    it(problem, () => expect(() => parse(text)).to.throw(problem));
  }
});
