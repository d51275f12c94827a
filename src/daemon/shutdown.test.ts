import { expect } from 'chai';
import { silentLogger } from '../base/logger.js';
import { shutdownMs, stopAll } from './shutdown.js';

describe('shutdownMs', () => {
  const cases: [number | undefined, number[], number | undefined][] = [
    [15_000, [], 15_000],
    [15_000, [10], 15_000],
    [15_000, [10, 60], 65_000],
    [15_000, [-1, 10], undefined],
    [undefined, [10], undefined],
    [100, [0], 5000],
  ];
  for (const [configured, seconds, wanted] of cases) {
    it(`is ${wanted} for ${configured} and ${seconds}`, () =>
      expect(
        shutdownMs(
          configured,
          seconds.map((stopTimeoutSeconds) => ({ stopTimeoutSeconds })),
        ),
      ).to.equal(wanted));
  }
});

describe('stopAll', () => {
  it('stops all side by side, and those too that come after one that fails', async () => {
    const stopped: string[] = [];
    const container = (id: string, stop: () => Promise<void>) => ({
      id,
      stopTimeoutSeconds: 10,
      stop,
    });
    const warned: unknown[] = [];
    const logger = { ...silentLogger, warn: (_: string, fields?: object) => warned.push(fields) };
    await stopAll(
      [
        container('a', async () => Promise.reject(new Error('stuck'))),
        container('b', async () => void stopped.push('b')),
      ],
      1000,
      logger,
    );
    expect(stopped).to.deep.equal(['b']);
    expect(warned).to.deep.equal([{ container: 'a', error: 'stuck' }]);
  });
});
