import { expect } from 'chai';
import { logOptions } from './log-options.js';

describe('logOptions', () => {
  it('takes values of the file as they are', () =>
    expect(logOptions({ 'log-driver': 'local', 'log-opt': { 'max-file': 3 } })).to.deep.equal({
      Type: 'local',
      Config: { 'max-file': '3' },
    }));

  const bad: [driver: string, options: Record<string, string>, text: string][] = [
    ['nope', {}, "failed to set log opts: logger: no log driver named 'nope' is registered"],
    [
      'json-file',
      { x: '1' },
      "failed to set log opts: unknown log opt 'x' for json-file log driver",
    ],
  ];
  for (const [driver, options, text] of bad) {
    it(text, () =>
      expect(() => logOptions({ 'log-driver': driver, 'log-opt': options })).to.throw(text),
    );
  }
});
