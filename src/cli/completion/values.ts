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

const eventTypes = ['container', 'daemon', 'image', 'network', 'volume'];
const events = [
  ...['attach', 'commit', 'connect', 'copy', 'create', 'delete', 'destroy', 'detach', 'die'],
  ...['disconnect', 'exec_create', 'exec_detach', 'exec_die', 'exec_start', 'export'],
  ...['health_status', 'import', 'kill', 'load', 'mount', 'oom', 'pause', 'prune', 'pull'],
  ...['reload', 'remove', 'rename', 'resize', 'restart', 'save', 'start', 'stop', 'tag', 'top'],
  ...['unmount', 'unpause', 'untag', 'update'],
];

/** What filters of few values can be. */
const filterValues: Readonly<Record<string, readonly string[]>> = {
  dangling: ['false', 'true'],
  event: events,
  health: ['healthy', 'none', 'starting', 'unhealthy'],
  scope: ['local'],
  status: ['created', 'dead', 'exited', 'paused', 'removing', 'restarting', 'running'],
};
const ownFilterValues: Readonly<Record<string, typeof filterValues>> = {
  'network ls': { type: ['builtin', 'custom'] },
  'system events': { type: eventTypes },
};

/** Keys first; behind a key its values. */
function filtersOf(command: string, current: string): readonly string[] {
  const [key, value] = current.split('=');
  if (key === undefined || value === undefined) {
    return (filterKeys[command] ?? []).map((name) => `${name}=`);
  }
  const known = ownFilterValues[command]?.[key] ?? filterValues[key] ?? [];
  return known.map((one) => `${key}=${one}`);
}

/** What the value of a flag of a command can be, of which `current` stands there; nothing is known of most. */
export function wantedValue(command: string, flag: string, current: string): Wanted {
  if (flag === 'filter') return { words: filtersOf(command, current) };
  return ownValues[command]?.[flag] ?? values[flag] ?? {};
}
