import { expect } from 'chai';
import { type LogLimits, logLimits } from './limits.js';

describe('logLimits', () => {
  const mib = 1024 * 1024;
  const table: [type: string, options: Record<string, string>, limits: LogLimits | undefined][] = [
    ['none', { 'max-size': '1' }, undefined],
    ['json-file', {}, { maxBytes: undefined, maxFiles: 1, compress: false }],
    [
      'json-file',
      { 'max-size': '10k', 'max-file': '3', compress: 'true' },
      { maxBytes: 10_000, maxFiles: 3, compress: true },
    ],
    ['json-file', { 'max-size': '1.5 MB' }, { maxBytes: 1_500_000, maxFiles: 1, compress: false }],
    ['local', {}, { maxBytes: 20 * mib, maxFiles: 5, compress: true }],
    [
      'local',
      { 'max-size': '0', 'max-file': '0', compress: 'f' },
      { maxBytes: undefined, maxFiles: 1, compress: false },
    ],
    ['syslog', { 'max-size': '7k' }, { maxBytes: 20 * mib, maxFiles: 5, compress: true }],
    ['journald', { 'cache-max-size': '7k' }, { maxBytes: 7000, maxFiles: 5, compress: true }],
  ];
  for (const [Type, Config, limits] of table) {
    it(`${Type} ${JSON.stringify(Config)}`, () =>
      expect(logLimits({ Type, Config })).to.deep.equal(limits));
  }

  const wrong: [type: string, options: Record<string, string>, text: string][] = [
    ['json-file', { 'max-size': 'abc' }, "invalid size: 'abc'"],
    ['json-file', { 'max-size': '0' }, 'max-size must be a positive number'],
    ['json-file', { 'max-file': '0' }, 'max-file cannot be less than 1'],
    ['json-file', { 'max-file': 'x' }, 'strconv.Atoi: parsing "x": invalid syntax'],
    [
      'json-file',
      { compress: 'true', 'max-file': '2' },
      'compress cannot be true when max-file is less than 2 or max-size is not set',
    ],
    ['json-file', { compress: 'yes' }, 'strconv.ParseBool: parsing "yes": invalid syntax'],
    ['local', { 'max-size': 'abc' }, "invalid value for max-size: abc: invalid size: 'abc'"],
    ['local', { 'max-file': '-1', compress: 'false' }, 'max-file must not be negative'],
    ['local', { 'max-file': '1' }, 'compression cannot be enabled when max file count is 1'],
    [
      'local',
      { compress: 'x' },
      'invalid boolean value for compress: strconv.ParseBool: parsing "x": invalid syntax',
    ],
  ];
  for (const [Type, Config, text] of wrong) {
    it(text, () => expect(() => logLimits({ Type, Config })).to.throw(text));
  }
});
