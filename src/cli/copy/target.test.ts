import { expect } from 'chai';
import { type CopyPlan, type Destination, planCopy, type Source } from './target.js';

const file: Source = { path: '/s/f', isFolder: false, rename: '' };
const folder: Source = { path: '/s/d', isFolder: true, rename: '' };
const contents: Source = { path: '/s/d/.', isFolder: true, rename: '' };
const link: Source = { path: '/s/f', isFolder: false, rename: 'l' };
const none = (path: string): Destination => ({ path, exists: false, isFolder: false });
const isFile = (path: string): Destination => ({ path, exists: true, isFolder: false });
const isFolder = (path: string): Destination => ({ path, exists: true, isFolder: true });

/** As `docker cp` does. */
const table: [what: string, Source, Destination, CopyPlan | string][] = [
  ['a file to nothing', file, none('/t/n'), { folder: '/t', name: 'n' }],
  ['a file to no folder', file, none('/t/n/'), 'no such directory'],
  ['a file over a file', file, isFile('/t/x'), { folder: '/t', name: 'x' }],
  ['a file into a folder', file, isFolder('/t/x'), { folder: '/t/x', name: 'f' }],
  ['a folder to nothing', folder, none('/t/n'), { folder: '/t', name: 'n' }],
  ['a folder to no folder', folder, none('/t/n/'), { folder: '/t', name: 'n' }],
  ['a folder over a file', folder, isFile('/t/x'), 'cannot copy directory'],
  ['a folder into a folder', folder, isFolder('/t/x'), { folder: '/t/x', name: 'd' }],
  ['contents into a folder', contents, isFolder('/t/x'), { folder: '/t/x', name: '.' }],
  ['contents to nothing', contents, none('/t/n'), { folder: '/t', name: 'n' }],
  ['a followed link into a folder', link, isFolder('/t'), { folder: '/t', name: 'l' }],
  ['a followed link to nothing', link, none('/t/n'), { folder: '/t', name: 'n' }],
];

describe('where cp puts', () => {
  for (const [what, source, destination, plan] of table)
    it(what, () => {
      if (typeof plan === 'string') expect(() => planCopy(source, destination)).to.throw(plan);
      else expect(planCopy(source, destination)).to.deep.equal(plan);
    });
});
