import type { Json } from '../../api/client/json.js';
import { memorySize } from './memory-size.js';

type Fields = Readonly<Record<string, Json>>;

/** What `info` tells of the server, in Docker's lines and order. */
export function infoText(info: Json): string {
  const fields = asFields(info);
  return `${parts.flatMap((part) => part(fields)).join('\n')}\n\n`;
}

/** What the server warns of, a line each. */
export function infoWarnings(info: Json): string {
  return list(asFields(info)['Warnings'])
    .map((line) => `${text(line)}\n`)
    .join('');
}

type Part = (info: Fields) => readonly string[];

/** A line of a title and a value, as it is. */
const row =
  (title: string, name: string): Part =>
  (info) => [` ${title}: ${text(info[name])}`];

/** The same, if there is a value. */
const optional =
  (title: string, name: string): Part =>
  (info) =>
    text(info[name]) === '' ? [] : row(title, name)(info);

const parts: readonly Part[] = [
  row('Containers', 'Containers'),
  row(' Running', 'ContainersRunning'),
  row(' Paused', 'ContainersPaused'),
  row(' Stopped', 'ContainersStopped'),
  row('Images', 'Images'),
  optional('Server Version', 'ServerVersion'),
  optional('Storage Driver', 'Driver'),
  (info) => list(info['DriverStatus']).map((pair) => `  ${list(pair).map(text).join(': ')}`),
  optional('Logging Driver', 'LoggingDriver'),
  optional('Cgroup Driver', 'CgroupDriver'),
  optional('Cgroup Version', 'CgroupVersion'),
  plugins,
  (info) => [` Swarm: ${text(asFields(info['Swarm'])['LocalNodeState'] ?? 'inactive')}`],
  (info) => [` Runtimes: ${Object.keys(asFields(info['Runtimes'])).sort().join(' ')}`],
  optional('Default Runtime', 'DefaultRuntime'),
  optional('Init Binary', 'InitBinary'),
  (info) => commits.flatMap(([title, name]) => commitRow(title, asFields(info[name]))),
  security,
  optional('Kernel Version', 'KernelVersion'),
  optional('Operating System', 'OperatingSystem'),
  optional('OSType', 'OSType'),
  optional('Architecture', 'Architecture'),
  row('CPUs', 'NCPU'),
  (info) => [` Total Memory: ${memorySize(Number(text(info['MemTotal']) || 0))}`],
  optional('Name', 'Name'),
  optional('ID', 'ID'),
  row('Docker Root Dir', 'DockerRootDir'),
  row('Debug Mode', 'Debug'),
  debugging,
  optional('HTTP Proxy', 'HttpProxy'),
  optional('HTTPS Proxy', 'HttpsProxy'),
  optional('No Proxy', 'NoProxy'),
  (info) => block('Labels', list(info['Labels']).map(text)),
  row('Experimental', 'ExperimentalBuild'),
  registries,
  row('Live Restore Enabled', 'LiveRestoreEnabled'),
  pools,
];

const commits = [
  ['containerd', 'ContainerdCommit'],
  ['runc', 'RuncCommit'],
  ['init', 'InitCommit'],
] as const;

function commitRow(title: string, commit: Fields): string[] {
  return 'ID' in commit ? [` ${title} version: ${text(commit['ID'])}`] : [];
}

function plugins(info: Fields): string[] {
  const all = asFields(info['Plugins']);
  const kinds = ['Volume', 'Network', 'Authorization', 'Log'].filter(
    (kind) => kind !== 'Authorization' || list(all[kind]).length > 0,
  );
  return block(
    'Plugins',
    kinds.map((kind) => `${kind}: ${list(all[kind]).map(text).join(' ')}`),
  );
}

function security(info: Fields): string[] {
  const options = list(info['SecurityOptions']).map(text);
  const rows = options.flatMap((option) => {
    const [name = '', ...rest] = option.split(',').map((pair) => pair.split('='));
    return [
      `${name[1] ?? name[0] ?? ''}`,
      ...rest.map(([key = '', value = '']) => ` ${capital(key)}: ${value}`),
    ];
  });
  return block('Security Options', rows);
}

function debugging(info: Fields): string[] {
  if (info['Debug'] !== true) return [];
  return [
    `  File Descriptors: ${text(info['NFd'])}`,
    `  Goroutines: ${text(info['NGoroutines'])}`,
    `  System Time: ${text(info['SystemTime'])}`,
    `  EventsListeners: ${text(info['NEventsListener'])}`,
  ];
}

function registries(info: Fields): string[] {
  const config = asFields(info['RegistryConfig']);
  const named = Object.values(asFields(config['IndexConfigs'])).map(asFields);
  const insecure = named.filter(({ Secure }) => Secure === false).map(({ Name }) => text(Name));
  const networks = list(config['InsecureRegistryCIDRs']).map(text);
  return [
    ...block('Insecure Registries', [...insecure, ...networks]),
    ...block('Registry Mirrors', list(config['Mirrors']).map(text)),
  ];
}

function pools(info: Fields): string[] {
  const all = list(info['DefaultAddressPools']).map(asFields);
  const rows = all.map(({ Base, Size }) => ` Base: ${text(Base)}, Size: ${text(Size)}`);
  return block('Default Address Pools', rows);
}

/** A title with lines below it; nothing without lines. */
function block(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [` ${title}:`, ...lines.map((line) => `  ${line}`)];
}

function asFields(value: Json | undefined): Fields {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Fields) : {};
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function text(value: Json | undefined): string {
  return value === undefined || value === null ? '' : String(value);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
