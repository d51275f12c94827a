import type { Wanted } from './wanted.js';

const signals = ['HUP', 'INT', 'QUIT', 'KILL', 'USR1', 'USR2', 'TERM', 'STOP', 'CONT', 'WINCH'];
const word = (...words: readonly string[]): Wanted => ({ words });

/** What the values of flags are, by the flag's long name, whatever the command. */
const values: Readonly<Record<string, Wanted>> = {
  attach: word('stdin', 'stdout', 'stderr'),
  cgroupns: word('host', 'private'),
  cidfile: { files: true },
  config: { files: true },
  context: { names: 'contexts' },
  'env-file': { files: true },
  format: word('json', 'table'),
  input: { files: true },
  ipc: word('container:', 'host', 'none', 'private', 'shareable'),
  'label-file': { files: true },
  link: { names: 'containers' },
  'log-driver': word('journald', 'json-file', 'local', 'none', 'syslog'),
  'log-level': word('debug', 'info', 'warn', 'error', 'fatal'),
  net: { names: 'networks', words: ['container:'] },
  network: { names: 'networks', words: ['container:'] },
  output: { files: true },
  pid: word('container:', 'host'),
  pull: word('always', 'missing', 'never'),
  restart: word('always', 'no', 'on-failure', 'unless-stopped'),
  'security-opt': word(
    'apparmor=',
    'label=',
    'no-new-privileges',
    'seccomp=',
    'seccomp=unconfined',
    'systempaths=unconfined',
  ),
  signal: { words: signals },
  'stop-signal': { words: signals },
  tlscacert: { files: true },
  tlscert: { files: true },
  tlskey: { files: true },
  type: word('container', 'image', 'network', 'volume'),
  userns: word('host'),
  uts: word('host'),
  volume: { names: 'volumes', files: true },
  'volumes-from': { names: 'containers' },
};

/** Where one command's flag takes other values than the others'. */
const ownValues: Readonly<Record<string, Readonly<Record<string, Wanted>>>> = {
  'network create': {
    driver: word('bridge', 'ipvlan', 'macvlan'),
    'ipam-driver': word('default'),
    scope: word('local'),
  },
  'volume create': { driver: word('local') },
};

const filterKeys: Readonly<Record<string, readonly string[]>> = {
  'container ls': [
    ...['ancestor', 'before', 'exited', 'expose', 'health', 'id', 'label', 'name', 'network'],
    ...['publish', 'since', 'status', 'volume'],
  ],
  'image ls': ['before', 'dangling', 'label', 'reference', 'since', 'until'],
  'network ls': ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type'],
  'volume ls': ['dangling', 'driver', 'label', 'name'],
  'system events': [
    ...['container', 'daemon', 'event', 'image', 'label', 'network', 'scope', 'type', 'volume'],
  ],
  'container prune': ['label', 'until'],
  'image prune': ['dangling', 'label', 'until'],
  'network prune': ['label', 'until'],
  'system prune': ['label', 'until'],
  'volume prune': ['all', 'label'],
};

/** What the value of a flag of a command can be; nothing is known of most. */
export function wantedValue(command: string, flag: string): Wanted {
  if (flag === 'filter') return { words: (filterKeys[command] ?? []).map((key) => `${key}=`) };
  return ownValues[command]?.[flag] ?? values[flag] ?? {};
}
