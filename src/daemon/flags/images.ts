import type { Flag } from './row.js';

/** Registries and the way to them. */
export const imageFlags = [
  {
    flag: 'http-proxy',
    key: 'http-proxy',
    type: 'string',
    default: '',
    help: 'HTTP proxy URL to use for outgoing traffic',
  },
  {
    flag: 'https-proxy',
    key: 'https-proxy',
    type: 'string',
    default: '',
    help: 'HTTPS proxy URL to use for outgoing traffic',
  },
  {
    flag: 'insecure-registry',
    key: 'insecure-registries',
    type: 'list',
    default: [],
    reloadable: true,
    help: 'Enable insecure registry communication',
  },
  {
    flag: 'max-concurrent-downloads',
    key: 'max-concurrent-downloads',
    type: 'integer',
    default: 3,
    reloadable: 'whole',
    help: 'Set the max concurrent downloads',
  },
  {
    flag: 'max-concurrent-uploads',
    key: 'max-concurrent-uploads',
    type: 'integer',
    default: 5,
    reloadable: 'whole',
    help: 'Set the max concurrent uploads',
  },
  {
    flag: 'max-download-attempts',
    key: 'max-download-attempts',
    type: 'integer',
    default: 5,
    reloadable: 'whole',
    help: 'Set the max download attempts for each pull',
  },
  {
    flag: 'no-proxy',
    key: 'no-proxy',
    type: 'string',
    default: '',
    help: 'Comma-separated list of hosts or IP addresses for which the proxy is skipped',
  },
  {
    flag: 'registry-mirror',
    key: 'registry-mirrors',
    type: 'list',
    default: [],
    reloadable: true,
    help: 'Preferred registry mirror',
  },
] as const satisfies readonly Flag[];
