import { expect } from 'chai';
import { mergeOptions, parseCommandLine, parseConfigFile } from './options.js';

describe('parseCommandLine', () => {
  it('reads long, short, joined and repeated flags', () => {
    const { given } = parseCommandLine(
      '-H unix:///a --host=tcp://127.0.0.1:1 -D --icc=false --mtu 1400 --bip 10.9.0.1/24'.split(
        ' ',
      ),
    );
    expect(given).to.deep.equal({
      host: ['unix:///a', 'tcp://127.0.0.1:1'],
      debug: true,
      icc: false,
      mtu: 1400,
      bip: '10.9.0.1/24',
    });
  });

  const refusals: [string, string][] = [
    ['--nonsense', 'unknown flag: --nonsense'],
    ['-x', "unknown shorthand flag: 'x' in -x"],
    ['--mtu big', 'invalid argument "big" for "--mtu" flag: not a whole number'],
    ['serve', '"tsnetd" accepts no arguments, but was given: serve'],
  ];
  for (const [line, message] of refusals) {
    it(`refuses ${line}`, () => {
      expect(() => parseCommandLine(line.split(' '))).to.throw(message);
    });
  }
});

describe('parseConfigFile', () => {
  it("takes dockerd's keys", () => {
    const text = `{"hosts": ["unix:///x"], "icc": false, "mtu": 9000,
      "default-address-pools": [{"base": "10.10.0.0/16", "size": 24}]}`;
    expect(parseConfigFile(text, 'f')).to.deep.equal({
      host: ['unix:///x'],
      icc: false,
      mtu: 9000,
      'default-address-pool': ['base=10.10.0.0/16,size=24'],
    });
  });

  it('takes an empty file', () => expect(parseConfigFile('', 'f')).to.deep.equal({}));

  const refusals: [string, string][] = [
    ['{"x": 1, "y": 2}', "don't match any configuration option: x, y"],
    ['{"icc": "no"}', '"icc" wants a boolean'],
    ['{"hosts": "unix:///x"}', '"hosts" wants a list'],
    ['{', 'unable to configure the tsnet daemon with file f: invalid JSON'],
    ['[]', 'invalid JSON'],
  ];
  for (const [text, message] of refusals) {
    it(`refuses ${text}`, () => expect(() => parseConfigFile(text, 'f')).to.throw(message));
  }
});

describe('mergeOptions', () => {
  it('lets flags and the file fill the defaults', () => {
    const options = mergeOptions({ icc: false }, { debug: true });
    expect([options.icc, options.debug, options.mtu]).to.deep.equal([false, true, 0]);
  });

  it('refuses a setting in both places', () => {
    expect(() => mergeOptions({ icc: false }, { icc: true })).to.throw(
      'specified both as a flag and in the configuration file: icc',
    );
  });
});
