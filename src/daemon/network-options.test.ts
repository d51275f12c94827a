import { expect } from 'chai';
import { InvalidParameter } from '../base/errors.js';
import { readNetworkOptions } from './network-options.js';
import { parseConfigFile } from './options.js';

describe('default network options', () => {
  it('are read by driver', () =>
    expect(readNetworkOptions(['bridge=a.b=1', 'bridge=c=x=y', 'macvlan=d='])).to.deep.equal({
      bridge: { 'a.b': '1', c: 'x=y' },
      macvlan: { d: '' },
    }));

  for (const bad of ['', 'bridge', 'bridge=a', '=a=b', 'bridge==b']) {
    it(`are not ${JSON.stringify(bad)}`, () =>
      expect(() => readNetworkOptions([bad])).to.throw(InvalidParameter, 'driver=option=value'));
  }

  it('are objects in the file', () => {
    const file = parseConfigFile('{"default-network-opts": {"bridge": {"a": "1", "b": "2"}}}');
    expect(file.options['default-network-opt']).to.deep.equal(['bridge=a=1', 'bridge=b=2']);
    for (const bad of ['["bridge=a=1"]', '{"bridge": "a"}', '{"bridge": {"a": 1}}']) {
      expect(() => parseConfigFile(`{"default-network-opts": ${bad}}`)).to.throw(
        InvalidParameter,
        '"default-network-opts" wants an object',
      );
    }
  });
});
