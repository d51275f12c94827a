import type { ProbeOutcome, ProbeRequest, Probes } from '../../isolation/contract.js';

/** Probes that end when they are told to. */
export class FakeProbes implements Probes {
  /** All that were begun. */
  readonly requests: ProbeRequest[] = [];
  readonly #waiting: {
    readonly resolve: (outcome: ProbeOutcome) => void;
    readonly reject: (error: Error) => void;
  }[] = [];

  /** How many run now. */
  get running(): number {
    return this.#waiting.length;
  }

  run(request: ProbeRequest, signal: AbortSignal): Promise<ProbeOutcome> {
    this.requests.push(request);
    return new Promise((resolve, reject) => {
      const one = { resolve, reject };
      this.#waiting.push(one);
      signal.addEventListener('abort', () => {
        this.#waiting.splice(this.#waiting.indexOf(one), 1);
        resolve({ exitCode: 137, output: '', timedOut: false });
      });
    });
  }

  /** Ends the oldest one that runs. */
  end(outcome: Partial<ProbeOutcome> | Error): void {
    const one = this.#waiting.shift();
    if (!one) throw new Error('no probe runs');
    if (outcome instanceof Error) one.reject(outcome);
    else one.resolve({ exitCode: 0, output: '', timedOut: false, ...outcome });
  }
}
