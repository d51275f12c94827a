import { expect } from 'chai';
import { checkRestartPolicy, restartDelay, wantsRestart } from './policy.js';

describe('restart policies', () => {
  const ended = { exitCode: 1, stoppedByUser: false, restartCount: 0 };
  const wishes: [string, number, Partial<typeof ended>, boolean][] = [
    ['no', 0, {}, false],
    ['', 0, {}, false],
    ['always', 0, { exitCode: 0 }, true],
    ['always', 0, { stoppedByUser: true }, true],
    ['unless-stopped', 0, { exitCode: 0 }, true],
    ['unless-stopped', 0, { stoppedByUser: true }, false],
    ['on-failure', 0, { exitCode: 0 }, false],
    ['on-failure', 0, { restartCount: 1000 }, true],
    ['on-failure', 3, { restartCount: 2 }, true],
    ['on-failure', 3, { restartCount: 3 }, false],
    ['on-failure', 0, { stoppedByUser: true, exitCode: 143 }, true],
  ];
  for (const [Name, MaximumRetryCount, over, wanted] of wishes) {
    it(`${Name || 'none'}:${MaximumRetryCount} ${wanted ? 'starts' : 'leaves'} ${JSON.stringify(over)}`, () => {
      const policy = { Name, MaximumRetryCount };
      expect(wantsRestart(policy, { ...ended, ...over })).to.equal(wanted);
    });
  }

  it('leaves a container without a policy', () => {
    expect(wantsRestart(null, ended)).to.equal(false);
  });

  it('waits twice as long each time, a minute at most', () => {
    const delays: number[] = [];
    while (delays.length < 12) delays.push(restartDelay(delays.at(-1) ?? 0, 9_999));
    expect(delays).to.deep.equal([
      100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000,
    ]);
    expect(restartDelay(60_000, 10_000)).to.equal(100);
  });

  const refusals: [string, number, string | undefined][] = [
    ['', 5, undefined],
    ['no', 0, undefined],
    ['always', 0, undefined],
    ['on-failure', 5, undefined],
    ['on-failure', -1, 'maximum retry count cannot be negative'],
    ['always', 5, "maximum retry count can only be used with 'on-failure'"],
    ['no', -1, "can only be used with 'on-failure' and cannot be negative"],
    ['sometimes', 0, "invalid restart policy: unknown policy 'sometimes'; use one of 'no'"],
  ];
  for (const [Name, MaximumRetryCount, text] of refusals) {
    it(`${text ? 'refuses' : 'takes'} ${Name}:${MaximumRetryCount}`, () => {
      const check = () => checkRestartPolicy({ Name, MaximumRetryCount });
      if (text) expect(check).to.throw(text);
      else expect(check).not.to.throw();
    });
  }
});
