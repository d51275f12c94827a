import { expect } from 'chai';
import { InvalidParameter } from '../../../base/errors.js';
import { checkPropagation, type KnownMounts, restrictionsOf } from './propagation.js';

const mount = (mountPoint: string, tags: string[], options: string[] = ['rw']) => ({
  mountPoint,
  tags,
  options,
});
const known: KnownMounts = [
  mount('/', []),
  mount('/shared', ['shared:1']),
  mount('/slave', ['master:1'], ['rw', 'nosuid', 'nodev', 'noexec', 'relatime']),
  mount('/shared/plain', [], ['ro']),
  mount('/twice', ['shared:2']),
  mount('/twice', []),
];

describe('checkPropagation', () => {
  const cases: [source: string, asked: string, got: string | undefined][] = [
    ['/any', '', 'rprivate'],
    ['/any', 'private', 'private'],
    ['/any', 'rshared', undefined],
    ['/any', 'slave', undefined],
    ['/shared', 'rshared', 'rshared'],
    ['/shared/below', 'shared', 'shared'],
    ['/shared/below', 'rslave', 'rslave'],
    ['/sharedless', 'rshared', undefined],
    ['/slave/x', 'rslave', 'rslave'],
    ['/slave/x', 'rshared', undefined],
    ['/shared/plain/x', 'rshared', undefined],
    ['/twice', 'rshared', undefined],
  ];
  for (const [source, Propagation, got] of cases) {
    it(`${got ? 'allows' : 'refuses'} ${Propagation || 'nothing'} of ${source}`, () => {
      const check = () => checkPropagation({ Propagation, source }, known);
      if (got === undefined) expect(check).to.throw(InvalidParameter, 'but it is not a shared');
      else expect(check()).to.equal(got);
    });
  }

  it('stays private where nobody asked and nothing travels', () =>
    expect(
      checkPropagation({ Propagation: 'rslave', propagationByDefault: true, source: '/' }, known),
    ).to.equal('rprivate'));
});

describe('restrictionsOf', () => {
  it('takes over what the mount of the source lacks', () => {
    expect(restrictionsOf('/slave/x', known)).to.deep.equal(['nosuid', 'nodev', 'noexec']);
    expect(restrictionsOf('/shared/plain', known)).to.deep.equal(['ro']);
    expect(restrictionsOf('/shared/x', known)).to.deep.equal([]);
  });
});
