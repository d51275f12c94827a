declare const BUILD_COMMIT: string | undefined;
declare const BUILD_TIME: string | undefined;

/** What this build is. The bundler puts in the commit and the time; run from the compiler's output they are unknown. */
export const product = {
  version: '0.1.0',
  gitCommit: typeof BUILD_COMMIT === 'string' ? BUILD_COMMIT : 'unknown',
  buildTime: typeof BUILD_TIME === 'string' ? BUILD_TIME : '',
} as const;
