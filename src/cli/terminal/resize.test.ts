import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { followSize } from './resize.js';

class Window extends EventEmitter {
  rows = 24;
  columns = 80;

  become(rows: number, columns: number): void {
    Object.assign(this, { rows, columns });
    this.emit('resize');
  }
}

/** A daemon that answers when the test says so. */
class SlowDaemon {
  readonly asked: string[] = [];
  #answer: ((error?: Error) => void) | undefined;

  async resize(kind: string, id: string, { h, w }: { h: number; w: number }): Promise<void> {
    this.asked.push(`${kind} ${id} ${h}x${w}`);
    await new Promise<void>((resolve, reject) => {
      this.#answer = (error) => (error ? reject(error) : resolve());
    });
  }

  /** Answers the request that waits, and lets the next one come. */
  async answers(error?: Error): Promise<void> {
    this.#answer?.(error);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

const target = { kind: 'exec', id: 'e1' } as const;

describe('a terminal whose size is followed', () => {
  it('tells one size at a time, and of several changes only the last', async () => {
    const [window, daemon] = [new Window(), new SlowDaemon()];
    using _following = followSize(daemon, target, window);
    window.become(40, 80);
    window.become(40, 120);
    expect(daemon.asked).to.deep.equal(['exec e1 24x80']);
    await daemon.answers();
    expect(daemon.asked).to.deep.equal(['exec e1 24x80', 'exec e1 40x120']);
    await daemon.answers();
    window.become(50, 120);
    expect(daemon.asked.at(-1)).to.equal('exec e1 50x120');
    expect(daemon.asked).to.have.length(3);
  });

  it('tries again while the process is not there yet', async () => {
    const [window, daemon] = [new Window(), new SlowDaemon()];
    using _following = followSize(daemon, target, window);
    await daemon.answers(new Error('not started'));
    expect(daemon.asked).to.deep.equal(['exec e1 24x80', 'exec e1 24x80']);
  });

  it('tells nothing without a terminal, nor after its end', async () => {
    const [window, daemon] = [new Window(), new SlowDaemon()];
    window.become(0, 0);
    const following = followSize(daemon, target, window);
    following[Symbol.dispose]();
    window.become(10, 20);
    expect(daemon.asked).to.deep.equal([]);
    expect(window.listenerCount('resize')).to.equal(0);
  });
});
