/** Health checks on the wire. */
import * as v from 'valibot';
import { count, texts } from './fields.js';

/** Docker API: `HealthConfig` as sent. Times in nanoseconds; 0 is the default. */
export const healthcheck = v.nullish(
  v.object({
    Test: texts,
    Interval: count,
    Timeout: count,
    StartPeriod: count,
    StartInterval: count,
    Retries: count,
  }),
);

/** Docker API: `Health`. */
export interface ContainerHealth {
  readonly Status: 'starting' | 'healthy' | 'unhealthy';
  /** Failures in a row. */
  readonly FailingStreak: number;
  /** The last five, the newest last. */
  readonly Log: readonly HealthProbe[];
}

/** One probe. Times are RFC 3339. */
export interface HealthProbe {
  readonly Start: string;
  readonly End: string;
  /** 0 is healthy; -1 of one that could not be run, or took too long. */
  readonly ExitCode: number;
  readonly Output: string;
}
