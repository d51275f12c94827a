import { until } from '../world/eventually.js';
import { type Setting, useSetting } from './setting.js';

/** What inspect tells of a container that the tests of its life look at. */
export interface Inspected {
  readonly Id: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: string;
    readonly Running: boolean;
    readonly Restarting: boolean;
    readonly Paused: boolean;
    readonly Pid: number;
    readonly ExitCode: number;
    readonly FinishedAt: string;
    readonly Health?: {
      readonly Status: string;
      readonly FailingStreak: number;
      readonly Log: readonly { readonly ExitCode: number; readonly Output: string }[];
    };
  };
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly Config: { readonly Healthcheck?: object };
}

/** A daemon for a suite, and what the tests of containers' lives ask of it. */
export class Lives {
  readonly #setting: { readonly it: Setting };

  constructor(setting: { readonly it: Setting }) {
    this.#setting = setting;
  }

  get it(): Setting {
    return this.#setting.it;
  }

  inspect(name: string): Promise<Inspected> {
    return this.it.ok<Inspected>(`GET /containers/${name}/json`);
  }

  /** The status of the answer to a POST. */
  async post(path: string, body?: object): Promise<number> {
    return (await this.it.send(`POST ${path}`, body ? { body } : {})).status;
  }

  /** Waits until what is known of a container is so. */
  until(name: string, isSo: (it: Inspected) => boolean): Promise<Inspected> {
    return until(() => this.inspect(name), isSo);
  }

  /** Actions of a container so far. */
  async actions(name: string): Promise<string[]> {
    const events = await this.it.events({ container: [name], type: ['container'] });
    return events.map(({ Action }) => Action);
  }
}

/** Gives a suite its daemon; skipped when not root. */
export function useLives(): Lives {
  return new Lives(useSetting());
}

/** The part of a container's settings that says when it is started again. */
export function policy(Name: string, MaximumRetryCount = 0): object {
  return { HostConfig: { RestartPolicy: { Name, MaximumRetryCount } } };
}
