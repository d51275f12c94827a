import type { Flag } from './row.js';

/** Where layers lie and how. */
export const storageFlags = [
  {
    flag: 'storage-driver',
    short: 's',
    key: 'storage-driver',
    type: 'string',
    default: '',
    help: 'Storage driver to use (default what is in use, else the best that works)',
  },
  {
    flag: 'storage-opt',
    key: 'storage-opts',
    type: 'list',
    default: [],
    help: 'Storage driver options (name=value)',
  },
] as const satisfies readonly Flag[];
