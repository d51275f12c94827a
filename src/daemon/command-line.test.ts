import { expect } from 'chai';
import { parseCommandLine, usage } from './command-line.js';
import { flags } from './flags.js';

describe('parseCommandLine', () => {
  const lines: [string, object][] = [
    [
      '-H unix:///a --host=tcp://127.0.0.1:1 -Hunix:///b',
      { host: ['unix:///a', 'tcp://127.0.0.1:1', 'unix:///b'] },
    ],
    ['-DH unix:///a', { debug: true, host: ['unix:///a'] }],
    ['-D=false -l=warn', { debug: false, 'log-level': 'warn' }],
    ['--icc=0 --iptables=T --live-restore', { icc: false, iptables: true, 'live-restore': true }],
    ['--mtu 1400 --bip=10.9.0.1/24', { mtu: 1400, bip: '10.9.0.1/24' }],
    ['--mtu 1400 --mtu 9000', { mtu: 9000 }],
    [
      '--default-address-pool base=10.0.0.0/8,size=24',
      { 'default-address-pool': ['base=10.0.0.0/8,size=24'] },
    ],
    ['--', {}],
  ];
  for (const [line, given] of lines) {
    it(`reads ${line}`, () => {
      expect(parseCommandLine(line.split(' ')).given).to.deep.equal(given);
    });
  }

  it('tells questions from settings', () => {
    expect(parseCommandLine(['-v'])).to.deep.equal({ help: false, version: true, given: {} });
    expect(parseCommandLine(['--help', '-D']).help).to.equal(true);
  });

  const refusals: [string, string][] = [
    ['--nonsense', 'unknown flag: --nonsense'],
    ['--nonsense=1', 'unknown flag: --nonsense'],
    ['-Dx', "unknown shorthand flag: 'x' in -Dx"],
    ['--mtu big', 'invalid argument "big" for "--mtu" flag: must be a whole number'],
    ['--mtu=-1', 'invalid argument "-1" for "--mtu" flag: must be a whole number'],
    ['-D=maybe', 'invalid argument "maybe" for "-D, --debug" flag: must be true or false'],
    ['--bip', 'flag needs an argument: --bip'],
    ['-H', "flag needs an argument: 'H' in -H"],
    ['serve', '"tsnetd" accepts no arguments, but was given: serve'],
    ['--icc false', '"tsnetd" accepts no arguments, but was given: false'],
    ['-- x', '"tsnetd" accepts no arguments, but was given: x'],
  ];
  for (const [line, message] of refusals) {
    it(`refuses ${line}`, () => {
      expect(() => parseCommandLine(line.split(' '))).to.throw(message);
    });
  }
});

describe('usage', () => {
  it('names every flag', () => {
    for (const { flag } of flags) expect(usage()).to.contain(`--${flag}`);
  });
});
