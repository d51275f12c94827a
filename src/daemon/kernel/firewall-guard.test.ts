import { expect } from 'chai';
import { FakeClock } from '../../base/clock.js';
import { FirewallGuard, type Meddling } from './firewall-guard.js';

/** A firewall that others meddle with, and a time that stands still. */
class Scene {
  readonly clock = new FakeClock();
  readonly lines: string[] = [];
  readonly pauses: number[] = [];
  repairs = 0;
  fails = 0;
  isWatched = true;
  meddle: (by: Meddling) => void = () => {};
  #due: (() => void) | undefined;

  readonly guard = new FirewallGuard({
    firewall: {
      repair: () => {
        if (this.fails-- > 0) throw new Error('no memory');
        this.repairs++;
      },
      watch: (onChange) => {
        this.meddle = onChange;
        const end = () => {
          this.isWatched = false;
        };
        return { [Symbol.dispose]: end };
      },
    },
    clock: this.clock,
    logger: {
      debug() {},
      info() {},
      warn: (message, fields) => void this.lines.push(`${message} ${JSON.stringify(fields)}`),
      error: (message, fields) => void this.lines.push(`${message} ${JSON.stringify(fields)}`),
    },
    later: (ms, work) => {
      this.pauses.push(ms);
      this.#due = work;
      const cancel = () => {
        this.#due = undefined;
      };
      return { [Symbol.dispose]: cancel };
    },
  });

  /** Lets the time pass that is waited for. */
  wait(): void {
    const work = this.#due;
    this.#due = undefined;
    this.clock.advance(this.pauses.at(-1) ?? 0);
    work?.();
  }
}

describe('FirewallGuard', () => {
  it('repairs once what was changed many times, and says who did it', () => {
    const scene = new Scene();
    expect(scene.guard.reloadedAt).to.equal(undefined);
    for (let i = 0; i < 100; i++) scene.meddle({ program: 'nft', pid: 7 });
    scene.wait();
    expect(scene.repairs).to.equal(1);
    expect(scene.pauses).to.deep.equal([20]);
    expect(scene.lines).to.deep.equal([
      'firewall rules were changed by another program: repaired {"program":"nft","pid":7}',
    ]);
    expect(scene.guard.reloadedAt).to.deep.equal(scene.clock.now());
  });

  it('gives a tug-of-war up bit by bit, and starts afresh after a calm', () => {
    const scene = new Scene();
    const meddle = (times: number) => {
      for (let i = 0; i < times; i++) {
        scene.meddle({});
        scene.wait();
      }
    };
    meddle(17);
    expect(scene.pauses).to.deep.equal([
      ...Array<number>(10).fill(20),
      ...[1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000],
    ]);
    expect(scene.lines.filter((line) => line.includes('keeps changing'))).to.have.length(7);
    scene.clock.advance(60_001);
    meddle(1);
    expect(scene.pauses.at(-1)).to.equal(20);
  });

  it('tries again when a repair fails', () => {
    const scene = new Scene();
    scene.fails = 1;
    scene.meddle({});
    scene.wait();
    expect([scene.repairs, scene.guard.reloadedAt]).to.deep.equal([0, undefined]);
    expect(scene.lines).to.deep.equal([
      'firewall rules could not be repaired {"error":"no memory"}',
    ]);
    scene.wait();
    expect(scene.repairs).to.equal(1);
  });

  it('does nothing any more once it is disposed', () => {
    const scene = new Scene();
    scene.meddle({});
    scene.guard[Symbol.dispose]();
    scene.wait();
    expect([scene.repairs, scene.isWatched]).to.deep.equal([0, false]);
  });
});
