import { expect } from 'chai';
import { followed, splitArgument, splitPath, withEnd } from './paths.js';

describe('paths of cp', () => {
  const ends: [cleaned: string, given: string, path: string][] = [
    ['/a', 'a', '/a'],
    ['/a', 'a/', '/a/'],
    ['/a', 'a/.', '/a/.'],
    ['/', '/', '/'],
    ['/', '/.', '/.'],
  ];
  for (const [cleaned, given, path] of ends)
    it(`keeps the end of ${given}`, () => {
      expect(withEnd(cleaned, given)).to.equal(path);
    });

  const splits: [path: string, folder: string, name: string][] = [
    ['/a/b', '/a', 'b'],
    ['/a/b/', '/a', 'b'],
    ['/a/.', '/a', '.'],
    ['/a', '/', 'a'],
    ['/', '/', '/'],
    ['a', '.', 'a'],
  ];
  for (const [path, folder, name] of splits)
    it(`splits ${path}`, () => {
      expect(splitPath(path)).to.deep.equal({ folder, name });
    });

  const links: [path: string, target: string, is: string, rename: string][] = [
    ['/l', '/d', '/d', 'l'],
    ['/l/', '/d', '/d/', 'l'],
    ['/l/.', '/d', '/d/.', ''],
    ['/x/d', '/d', '/d', ''],
  ];
  for (const [path, target, is, rename] of links)
    it(`follows ${path} to ${target}`, () => {
      expect(followed(path, target)).to.deep.equal({ path: is, rename });
    });

  const words: [argument: string, container: string, path: string][] = [
    ['web:/etc', 'web', '/etc'],
    ['web:etc:x', 'web', 'etc:x'],
    ['web:', 'web', ''],
    ['file', '', 'file'],
    ['./a:b', '', './a:b'],
    ['/a:b', '', '/a:b'],
    ['-', '', '-'],
  ];
  for (const [argument, container, path] of words)
    it(`reads ${argument}`, () => {
      expect(splitArgument(argument)).to.deep.equal({ container, path });
    });
});
