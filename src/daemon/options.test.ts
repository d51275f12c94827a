import { expect } from 'chai';
import { messageOf } from '../base/errors.js';
import { mergeOptions, parseConfigFile } from './options.js';

describe('parseConfigFile', () => {
  it("takes dockerd's keys", () => {
    const text = `{"hosts": ["unix:///x"], "icc": false, "mtu": 9000,
      "default-address-pools": [{"base": "10.10.0.0/16", "size": 24}]}`;
    expect(parseConfigFile(text).options).to.deep.equal({
      host: ['unix:///x'],
      icc: false,
      mtu: 9000,
      'default-address-pool': ['base=10.10.0.0/16,size=24'],
    });
  });

  it('takes an empty file', () =>
    expect(parseConfigFile('')).to.deep.equal({ options: {}, ignored: [] }));

  it('takes maps as they are, and proxies from their object', () => {
    const text = '{"features": {"a": true}, "proxies": {"http-proxy": "http://p:1"}}';
    expect(parseConfigFile(text).options).to.deep.equal({
      feature: { a: true },
      'http-proxy': 'http://p:1',
    });
  });

  it('tells which keys change nothing', () => {
    const text =
      '{"experimental": true, "debug": true, "exec-opts": ["native.cgroupdriver=systemd"]}';
    expect(parseConfigFile(text).ignored).to.deep.equal(['experimental', 'exec-opts']);
  });

  const refusals: [string, string][] = [
    ['{"proxies": 1}', '"proxies" wants an object'],
    ['{"proxies": {"ftp-proxy": "x"}}', "don't match any configuration option: ftp-proxy"],
    ['{"features": ["a"]}', '"features" wants an object'],
    ['{"shutdown-timeout": "1"}', '"shutdown-timeout" wants a whole number'],
    ['{"rootless": true}', "don't match any configuration option: rootless"],
    ['{"x": 1, "y": 2}', "don't match any configuration option: x, y"],
    ['{"icc": "no"}', '"icc" wants a boolean'],
    ['{"icc": null}', '"icc" wants a boolean'],
    ['{"mtu": 0.5}', '"mtu" wants a whole number'],
    ['{"hosts": "unix:///x"}', '"hosts" wants a list of strings'],
    ['{"dns": [1]}', '"dns" wants a list of strings'],
    ['{"default-address-pools": [4]}', '"default-address-pools" wants a list of {"base", "size"}'],
    ['{', 'invalid JSON'],
    ['[]', 'invalid JSON'],
  ];
  for (const [text, message] of refusals) {
    it(`refuses ${text}`, () => expect(() => parseConfigFile(text)).to.throw(message));
  }

  it('says where the JSON is wrong', () => {
    try {
      parseConfigFile('{"icc": tru}');
      expect.fail('it was taken');
    } catch (error) {
      expect(messageOf(error)).to.match(/^invalid JSON: .*position|token/);
    }
  });
});

describe('mergeOptions', () => {
  it('lets flags and the file fill the defaults', () => {
    const options = mergeOptions({ icc: false }, { debug: true });
    expect([options.icc, options.debug, options.mtu]).to.deep.equal([false, true, 0]);
  });

  it('shows maps as Go does', () =>
    expect(() => mergeOptions({ feature: { a: true } }, { feature: { b: 'false' } })).to.throw(
      'features: (from flag: map[b:false], from file: map[a:true])',
    ));

  it('refuses a setting in both places, also a list', () => {
    expect(() =>
      mergeOptions({ icc: true, host: ['a'] }, { icc: false, host: ['b', 'c'] }),
    ).to.throw(
      'specified both as a flag and in the configuration file: hosts: (from flag: [b c], from file: [a]), icc: (from flag: false, from file: true)',
    );
  });
});
