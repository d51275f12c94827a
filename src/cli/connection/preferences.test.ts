import { expect } from 'chai';
import { customHeaders } from './headers.js';
import { listFormat, preferred, pruneFilters } from './preferences.js';
import { proxyVariables } from './proxies.js';

it('a preference is the flag, else the user’s, else nothing', () => {
  const keys = (flag: string, config: object) =>
    preferred(flag, 'detachKeys', { config: { ...config } });
  expect(keys('', {})).to.equal('');
  expect(keys('', { detachKeys: 'ctrl-x' })).to.equal('ctrl-x');
  expect(keys('ctrl-y', { detachKeys: 'ctrl-x' })).to.equal('ctrl-y');
  expect(keys('', { detachKeys: 7 })).to.equal('');
});

it('names alone are not told by the user’s format', () => {
  const context = { config: { imagesFormat: '{{.Tag}}' } };
  const format = (flag: string, quiet: boolean) =>
    listFormat({ format: flag, quiet }, 'imagesFormat', context);
  expect(format('', false)).to.equal('{{.Tag}}');
  expect(format('', true)).to.equal('');
  expect(format('raw', true)).to.equal('raw');
});

describe('pruneFilters', () => {
  const usual = { config: { pruneFilters: ['label!=keep', 'until=24h', 'nonsense', 7] } };
  const table: [given: [string, string][], wanted: [string, string][]][] = [
    [
      [],
      [
        ['label!', 'keep'],
        ['until', '24h'],
      ],
    ],
    [
      [['label', 'keep']],
      [
        ['label', 'keep'],
        ['until', '24h'],
      ],
    ],
    [
      [['label', 'a']],
      [
        ['label', 'a'],
        ['label!', 'keep'],
        ['until', '24h'],
      ],
    ],
  ];
  for (const [given, wanted] of table) {
    it(JSON.stringify(given), () => expect(pruneFilters(given, usual)).to.deep.equal(wanted));
  }
  it('none', () => expect(pruneFilters([], { config: { pruneFilters: 'x' } })).to.deep.equal([]));
});

describe('proxyVariables', () => {
  const config = {
    proxies: {
      default: { httpProxy: 'http://p:1', noProxy: '', ftpProxy: 7 },
      'tcp://far:1': { allProxy: 'x' },
    },
  };
  const table: [host: string, given: string[], wanted: string[]][] = [
    ['unix:///s', [], ['HTTP_PROXY=http://p:1', 'http_proxy=http://p:1']],
    ['unix:///s', ['HTTP_PROXY=', 'http_proxy'], []],
    ['tcp://far:1', ['A=b'], ['ALL_PROXY=x', 'all_proxy=x']],
  ];
  for (const [host, given, wanted] of table) {
    it(`${host} ${given}`, () => expect(proxyVariables(config, host, given)).to.deep.equal(wanted));
  }
  it('none', () => expect(proxyVariables({ proxies: 1 }, 'x', [])).to.deep.equal([]));
});

describe('customHeaders', () => {
  const config = { HttpHeaders: { 'X-A': 'b', n: 7 } };
  it('are those of the configuration, or those of the environment instead', () => {
    expect(customHeaders(config, {})).to.deep.equal({ 'X-A': 'b' });
    const env = { DOCKER_CUSTOM_HEADERS: 'X-B=c,"X-D=e,f"' };
    expect(customHeaders(config, env)).to.deep.equal({ 'X-B': 'c', 'X-D': 'e,f' });
  });
  it('must not break out of their line', () => {
    for (const [name, value] of [
      ['X', 'a\r\nHost: b'],
      ['X: y\r\nZ', 'a'],
    ] as const) {
      expect(() => customHeaders({ HttpHeaders: { [name]: value } }, {})).to.throw('invalid HTTP');
    }
  });
  it('of the environment are pairs', () => {
    const env = { DOCKER_CUSTOM_HEADERS: 'nonsense' };
    expect(() => customHeaders({}, env)).to.throw('failed to parse custom headers');
  });
});
