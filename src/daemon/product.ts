/** What this build is. The bundler puts in the commit and the time; run from the compiler's output they are unknown. */
export const product = {
  version: '0.1.0',
  gitCommit: 'unknown',
  buildTime: '',
} as const;
