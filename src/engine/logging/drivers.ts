/** The options that say what goes with each line: of every driver that keeps or sends lines. */
const attributeOptions = ['env', 'env-regex', 'labels', 'labels-regex', 'tag'] as const;

/** What keeps a container's output, or whom it is told. */
export interface LogDriver {
  readonly options: readonly string[];
  /** Docker's text about an option that the driver doesn't have. */
  unknown(option: string): string;
}

const of = (name: string) => (option: string) =>
  `unknown log opt '${option}' for ${name} log driver`;

/** Every driver by name, with its own options. */
export const drivers = new Map<string, LogDriver>([
  [
    'json-file',
    {
      options: ['max-file', 'max-size', 'compress', ...attributeOptions],
      unknown: of('json-file'),
    },
  ],
  [
    'local',
    {
      options: ['max-file', 'max-size', 'compress', ...attributeOptions],
      unknown: (option) => `unknown log opt '${option}' for log driver local`,
    },
  ],
  ['journald', { options: attributeOptions, unknown: of('journald') }],
  [
    'syslog',
    {
      options: [
        'syslog-address',
        'syslog-facility',
        'syslog-format',
        'syslog-tls-ca-cert',
        'syslog-tls-cert',
        'syslog-tls-key',
        'syslog-tls-skip-verify',
        ...attributeOptions,
      ],
      unknown: of('syslog'),
    },
  ],
  // Takes whatever it is given: none of it matters.
  ['none', { options: [], unknown: of('none') }],
]);

/** Options about what is kept here of output that goes elsewhere. */
export const cacheOptions = [
  'cache-disabled',
  ...['max-size', 'max-file', 'compress', ...attributeOptions].map((option) => `cache-${option}`),
];

/** Options of all drivers. */
export const commonOptions = ['mode', 'max-buffer-size', ...cacheOptions];
