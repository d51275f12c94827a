import { expect } from 'chai';
import { wantedPath } from './path.js';

const table: [path: string, text: string, folder: boolean, base: string][] = [
  ['/d', '/d', false, 'd'],
  ['d/a', '/d/a', false, 'a'],
  ['/d/', '/d/', true, 'd'],
  ['/d/.', '/d/.', true, '.'],
  ['d/./a//b', '/d/a/b', false, 'b'],
  ['../../d', '/d', false, 'd'],
  ['/a/../d', '/d', false, 'd'],
  ['/', '/', true, '/'],
  ['.', '/.', true, '.'],
  ['/.', '/.', true, '.'],
  ['/..', '/', false, '/'],
  ['/a/..b', '/a/..b', false, '..b'],
];

describe('path of the archive endpoints', () => {
  for (const [path, text, folder, base] of table)
    it(path, () => {
      expect(wantedPath(path)).to.deep.include({ text, folder, base });
    });

  it('refuses what no path is', () => {
    expect(() => wantedPath('')).to.throw('bad parameter: pathcannot be empty');
    expect(() => wantedPath('a\0b')).to.throw('NUL');
  });
});
