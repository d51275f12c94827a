import { expect } from 'chai';
import { InvalidParameter } from '../../base/errors.js';
import { lacksRecursiveReadOnly, settledBinds } from './recursive-read-only.js';

describe('recursive read-only mounts', () => {
  const cases: [version: string, kernel: string, lack: RegExp | undefined][] = [
    ['crun version 1.8.1', '6.1.0-18-amd64', undefined],
    ['crun version 1.4', '5.12.0', undefined],
    ['crun version 1.3', '6.1', /by runtime "x"/],
    ['crun version 2.0', '6.1', undefined],
    ['runc version 1.1.5+ds1', '6.1', undefined],
    ['runc version 1.0.3', '6.1', /by runtime "x"/],
    ['youki version 9.9', '6.1', /by runtime "x"/],
    ['crun version 1.8.1', '5.10.0-28', /Linux 5.12/],
    ['crun version 1.8.1', '4.19', /Linux 5.12/],
  ];
  for (const [version, kernel, lack] of cases) {
    it(`${lack ? 'are not' : 'are'} there with ${version} on ${kernel}`, () => {
      const found = lacksRecursiveReadOnly({ name: 'x', version }, kernel);
      if (lack) expect(found).to.match(lack);
      else expect(found).to.equal(undefined);
    });
  }

  const bind = { source: '/a', destination: '/b', readOnly: true, propagation: 'rprivate' };

  const folders = () => true;

  it('are not for files', () => {
    const file = { ...bind, recursiveReadOnly: 'required' as const };
    expect(settledBinds([file], 'no', () => false)).to.deep.equal([bind]);
  });

  it('are left out where they can’t be had, unless they must', () => {
    const wanted = { ...bind, recursiveReadOnly: 'wanted' as const };
    expect(settledBinds([wanted, bind], undefined, folders)).to.deep.equal([wanted, bind]);
    expect(settledBinds([wanted, bind], 'no', folders)).to.deep.equal([bind, bind]);
    const required = { ...bind, recursiveReadOnly: 'required' as const };
    expect(settledBinds([required], undefined, folders)).to.deep.equal([required]);
    expect(() => settledBinds([required], 'no', folders)).to.throw(InvalidParameter, 'no');
  });
});
