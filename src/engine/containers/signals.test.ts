import { expect } from 'chai';
import { InvalidParameter } from '../../base/errors.js';
import { parseSignal } from './signals.js';

describe('parseSignal', () => {
  const good: [string, string][] = [
    ['TERM', 'SIGTERM'],
    ['sigterm', 'SIGTERM'],
    ['15', 'SIGTERM'],
    ['9', 'SIGKILL'],
    ['RTMIN', '34'],
    ['SIGRTMIN+3', '37'],
    ['RTMAX-1', '63'],
    ['rtmax', '64'],
    ['35', '35'],
  ];
  for (const [text, signal] of good) {
    it(`reads ${text}`, () => expect(parseSignal(text)).to.equal(signal));
  }
  for (const text of ['', '0', 'SIG', 'SIGNAL', 'RTMIN+31', 'RTMAX+1', '-9', 'TERM ']) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      expect(() => parseSignal(text)).to.throw(InvalidParameter, `invalid signal: ${text}`));
  }

  it('refuses a number that no signal has', () =>
    expect(() => parseSignal('65')).to.throw(
      InvalidParameter,
      'the linux daemon does not support signal 65',
    ));
});
