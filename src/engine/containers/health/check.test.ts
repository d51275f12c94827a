import { expect } from 'chai';
import type { HealthProbe } from '../../../api/types/health.js';
import { createBody } from '../fake-context.js';
import {
  checkHealthcheck,
  endedHealth,
  freshHealth,
  type HealthCheck,
  healthAfter,
  healthCheck,
  mergeHealthcheck,
  nextProbeMs,
} from './check.js';

const wanted = (Healthcheck: object | null) => healthCheck(createBody({ Healthcheck }));
const probe = (ExitCode: number): HealthProbe => ({ Start: '', End: '', ExitCode, Output: '' });

describe('health checks', () => {
  const tests: [string[], readonly string[] | undefined][] = [
    [
      ['CMD', 'wget', '-q', 'x'],
      ['wget', '-q', 'x'],
    ],
    [
      ['CMD-SHELL', 'a || b'],
      ['/bin/sh', '-c', 'a || b'],
    ],
    [['NONE'], undefined],
    [['CMD'], undefined],
    [[], undefined],
    [['HTTP', '/'], undefined],
  ];
  for (const [Test, args] of tests) {
    it(`${JSON.stringify(Test)} runs ${JSON.stringify(args)}`, () => {
      expect(wanted({ Test })?.args).to.deep.equal(args);
    });
  }

  it("have Docker's defaults, and their times in nanoseconds", () => {
    expect(wanted(null)).to.equal(undefined);
    expect(wanted({ Test: ['CMD', 'x'] })).to.deep.include({
      intervalMs: 30_000,
      timeoutMs: 30_000,
      startPeriodMs: 0,
      startIntervalMs: 5000,
      retries: 3,
    });
    const all = { Interval: 1e9, Timeout: 2e9, StartPeriod: 3e9, StartInterval: 4e8, Retries: 5 };
    expect(wanted({ Test: ['CMD', 'x'], ...all })).to.deep.include({
      intervalMs: 1000,
      timeoutMs: 2000,
      startPeriodMs: 3000,
      startIntervalMs: 400,
      retries: 5,
    });
  });

  const check: HealthCheck = {
    args: ['x'],
    intervalMs: 30_000,
    timeoutMs: 1000,
    startPeriodMs: 10_000,
    startIntervalMs: 2000,
    retries: 2,
  };

  it('come at the start interval as long as it starts, and at the end of the start period', () => {
    const starting = freshHealth(undefined);
    const healthy = { ...starting, Status: 'healthy' as const };
    expect(nextProbeMs(check, starting, 0)).to.equal(2000);
    expect(nextProbeMs(check, starting, 9000)).to.equal(1000);
    expect(nextProbeMs(check, starting, 10_000)).to.equal(30_000);
    expect(nextProbeMs(check, healthy, 0)).to.equal(30_000);
  });

  // Exit codes and when they came, in seconds; then status and failing streak.
  const lives: [string, [number, number][], string, number][] = [
    [
      'failures of the start period do not count',
      [
        [1, 1],
        [1, 9],
      ],
      'starting',
      0,
    ],
    [
      'then they do',
      [
        [1, 9],
        [1, 10],
      ],
      'starting',
      1,
    ],
    [
      'enough of them make it unhealthy',
      [
        [1, 10],
        [1, 11],
      ],
      'unhealthy',
      2,
    ],
    [
      'one success makes it healthy',
      [
        [1, 10],
        [1, 11],
        [0, 12],
      ],
      'healthy',
      0,
    ],
    [
      'after a success failures count early',
      [
        [0, 1],
        [1, 2],
        [-1, 3],
      ],
      'unhealthy',
      2,
    ],
    [
      'it stays healthy until then',
      [
        [0, 1],
        [1, 2],
      ],
      'healthy',
      1,
    ],
    [
      'and unhealthy for longer',
      [
        [1, 10],
        [1, 11],
        [3, 12],
      ],
      'unhealthy',
      3,
    ],
  ];
  for (const [what, probes, status, streak] of lives) {
    it(what, () => {
      let health = freshHealth(undefined);
      for (const [code, seconds] of probes) {
        health = healthAfter(health, probe(code), { check, ranMs: seconds * 1000 });
      }
      expect([health.Status, health.FailingStreak]).to.deep.equal([status, streak]);
    });
  }

  it('keep the last five results, also over a restart', () => {
    let health = freshHealth(undefined);
    for (const code of [1, 2, 3, 4, 5, 6]) {
      health = healthAfter(health, probe(code), { check, ranMs: 20_000 });
    }
    const codes = ({ Log }: typeof health) => Log.map(({ ExitCode }) => ExitCode);
    expect(codes(health)).to.deep.equal([2, 3, 4, 5, 6]);
    expect(endedHealth(health).Status).to.equal('unhealthy');
    const fresh = freshHealth(endedHealth(health));
    expect([fresh.Status, fresh.FailingStreak]).to.deep.equal(['starting', 0]);
    expect(codes(fresh)).to.deep.equal([2, 3, 4, 5, 6]);
  });

  it("take what the user leaves out from the image's", () => {
    const image = { Test: ['CMD', 'image'], Interval: 5e9, Retries: 7 };
    const merged = (it: object | null) =>
      mergeHealthcheck(createBody({ Healthcheck: it }).Healthcheck, image);
    expect(merged(null)).to.deep.include(image);
    expect(merged({ Interval: 1e9 })).to.deep.include({ ...image, Interval: 1e9 });
    expect(merged({ Test: ['NONE'] })?.Test).to.deep.equal(['NONE']);
    expect(mergeHealthcheck(undefined, null)).to.equal(undefined);
  });

  const refused: [object, string][] = [
    [{ Interval: 999_999 }, 'Interval in Healthcheck cannot be less than 1ms'],
    [{ Timeout: -1 }, 'Timeout in Healthcheck cannot be less than 1ms'],
    [{ StartPeriod: 1 }, 'StartPeriod in Healthcheck cannot be less than 1ms'],
    [{ StartInterval: 1 }, 'StartInterval in Healthcheck cannot be less than 1ms'],
    [{ Retries: -1 }, 'Retries in Healthcheck cannot be negative'],
  ];
  for (const [over, text] of refused) {
    it(`refuses ${JSON.stringify(over)}`, () => {
      expect(() => checkHealthcheck(createBody({ Healthcheck: over }).Healthcheck)).to.throw(text);
    });
  }
});
