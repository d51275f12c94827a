import type { Json } from '../../api/client/json.js';
import { memorySize } from './memory-size.js';

/** What `info` tells of the server, in Docker's lines and order. */
export function infoText(info: Json): string {
  if (typeof info !== 'object' || info === null || Array.isArray(info)) return '';
  const get = (name: string): Json => (info as Readonly<Record<string, Json>>)[name] ?? '';
  const rows = [
    ...lines.flatMap(([title, name]) => row(title, get(name))),
    ...row('Default Runtime', get('DefaultRuntime')),
    ...securityRows(get('SecurityOptions')),
    ...tail.flatMap(([title, name]) => row(title, get(name))),
    ` Total Memory: ${memorySize(Number(get('MemTotal') || 0))}`,
    ...names.flatMap(([title, name]) => row(title, get(name))),
  ];
  return `${rows.join('\n')}\n`;
}

type Titles = readonly (readonly [title: string, name: string])[];

const lines: Titles = [
  ['Containers', 'Containers'],
  [' Running', 'ContainersRunning'],
  [' Paused', 'ContainersPaused'],
  [' Stopped', 'ContainersStopped'],
  ['Images', 'Images'],
  ['Server Version', 'ServerVersion'],
  ['Storage Driver', 'Driver'],
  ['Logging Driver', 'LoggingDriver'],
  ['Cgroup Driver', 'CgroupDriver'],
  ['Cgroup Version', 'CgroupVersion'],
];
const tail: Titles = [
  ['Kernel Version', 'KernelVersion'],
  ['Operating System', 'OperatingSystem'],
  ['OSType', 'OSType'],
  ['Architecture', 'Architecture'],
  ['CPUs', 'NCPU'],
];
const names: Titles = [
  ['Name', 'Name'],
  ['ID', 'ID'],
  ['Docker Root Dir', 'DockerRootDir'],
  ['Debug Mode', 'Debug'],
  ['Experimental', 'ExperimentalBuild'],
  ['Live Restore Enabled', 'LiveRestoreEnabled'],
];

function row(title: string, value: Json): string[] {
  return value === '' ? [] : [` ${title}: ${String(value)}`];
}

function securityRows(options: Json): string[] {
  if (!Array.isArray(options) || options.length === 0) return [];
  const rows = options.flatMap((option) => {
    const [name = '', ...rest] = String(option)
      .split(',')
      .map((pair) => pair.split('='));
    return [
      `  ${name[1] ?? name[0] ?? ''}`,
      ...rest.map(([key = '', value = '']) => `   ${title(key)}: ${value}`),
    ];
  });
  return [' Security Options:', ...rows];
}

function title(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
