import { parseArgs } from 'node:util';

/** What the command line of the bench asks for. */
export interface BenchOptions {
  readonly help: boolean;
  /** Numbers of the measurements to run, ascending. */
  readonly only: readonly number[];
  /** Measured rounds; one more runs before them to warm up. Default 15. */
  readonly samples: number;
  /** File that gets every sample as JSON. */
  readonly json: string | undefined;
  readonly tsnetOnly: boolean;
  /** The daemon to measure. Default `bin/tsnetd`. */
  readonly tsnetd: string;
}

/** The numbers of all measurements, as in the README. */
export const MEASUREMENTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16] as const;

export const USAGE = `Usage: npm run bench -- [OPTIONS]

Compares tsnet with Debian's dockerd, each in a network namespace of its own. Needs root.

  --only 1,2      Run only these measurements (1 to 16, see bench/README.md)
  -n, --samples N Measured rounds (default 15)
  --json FILE     Write every sample to a file
  --tsnet-only    Leave dockerd out
  --tsnetd PATH   Daemon to measure (default bin/tsnetd)
  -h, --help      Show this text
`;

/** Reads the command line. @throws Error that says what is wrong with it */
export function parseOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string' },
      samples: { type: 'string', short: 'n', default: '15' },
      json: { type: 'string' },
      'tsnet-only': { type: 'boolean', default: false },
      tsnetd: { type: 'string', default: 'bin/tsnetd' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    help: values.help,
    only: values.only === undefined ? MEASUREMENTS : withNeeded(values.only.split(',')),
    samples: positive(values.samples),
    json: values.json,
    tsnetOnly: values['tsnet-only'],
    tsnetd: values.tsnetd,
  };
}

/** The networking part of a start (8) is worked out from the samples of 1. */
function withNeeded(texts: readonly string[]): number[] {
  const asked = texts.map(positive);
  const unknown = asked.find((number) => !MEASUREMENTS.some((known) => known === number));
  if (unknown !== undefined) throw new Error(`--only: there is no measurement ${unknown}`);
  const all = new Set(asked.includes(8) ? [1, ...asked] : asked);
  return [...all].sort((a, b) => a - b);
}

function positive(text: string): number {
  if (!/^[1-9]\d*$/.test(text.trim())) throw new Error(`"${text}" is not a positive whole number`);
  return Number(text);
}
