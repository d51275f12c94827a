import { expect } from 'chai';
import { humanDuration, humanSize } from './human.js';

describe('humanDuration', () => {
  const cases: [number, string][] = [
    [0.4, 'Less than a second'],
    [1.9, '1 second'],
    [59, '59 seconds'],
    [60, 'About a minute'],
    [125, '2 minutes'],
    [3600, 'About an hour'],
    [3 * 3600, '3 hours'],
    [47 * 3600, '47 hours'],
    [49 * 3600, '2 days'],
    [15 * 24 * 3600, '2 weeks'],
    [70 * 24 * 3600, '2 months'],
    [3 * 365 * 24 * 3600, '3 years'],
  ];
  for (const [seconds, text] of cases) {
    it(`says ${text}`, () => expect(humanDuration(seconds)).to.equal(text));
  }
});

describe('humanSize', () => {
  const cases: [number, string][] = [
    [0, '0B'],
    [999, '999B'],
    [1_240_000, '1.24MB'],
    [2_000_000_000, '2GB'],
    [126_912_345, '127MB'],
  ];
  for (const [bytes, text] of cases) {
    it(`says ${text}`, () => expect(humanSize(bytes)).to.equal(text));
  }
});
