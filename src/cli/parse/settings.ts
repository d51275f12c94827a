import { isIP } from 'node:net';

/** Docker API: `Ulimit`. */
export interface Ulimit {
  readonly Name: string;
  readonly Hard: number;
  readonly Soft: number;
}

/** `-a`. @throws Error in Docker's words */
export function checkAttach(text: string): string {
  const stream = text.toLowerCase();
  if (['stdin', 'stdout', 'stderr'].includes(stream)) return stream;
  throw new Error('valid streams are STDIN, STDOUT and STDERR');
}

/** `--dns`. @throws Error in Docker's words */
export function checkDns(text: string): string {
  if (isIP(text.trim()) !== 0) return text.trim();
  throw new Error(`IP address is not correctly formatted: ${text}`);
}

/** `--dns-search`; `.` alone means none. @throws Error in Docker's words */
export function checkSearch(text: string): string {
  if (text === '.') return text;
  const domain = text.trim();
  if (/^(:?([\da-z]|[\da-z][\da-z-]{0,61}[\da-z])\.?)+$/i.test(domain)) return domain;
  throw new Error(`${text} is not a valid domain`);
}

/** `--add-host name:ip`, or `name=ip`. Gives the first form. @throws Error in Docker's words */
export function checkHost(text: string): string {
  const [, name = '', rawIp = ''] = /^([^=:]+)[=:](.+)$/.exec(text) ?? [];
  if (name === '') throw new Error(`bad format for add-host: ${JSON.stringify(text)}`);
  const ip = /^\[(.+)\]$/.exec(rawIp)?.[1] ?? rawIp;
  if (ip !== 'host-gateway' && isIP(ip) === 0) {
    throw new Error(`invalid IP address in add-host: ${JSON.stringify(ip)}`);
  }
  return `${name}:${ip}`;
}

/** `--device-cgroup-rule 'c 1:3 rwm'`. @throws Error in Docker's words */
export function checkDeviceRule(text: string): string {
  if (/^[acb] (\d+|\*):(\d+|\*) [rwm]{1,3}$/.test(text)) return text;
  throw new Error(`invalid device cgroup format '${text}'`);
}

const sysctls = [
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
];

/** `--sysctl name=value`: what has a namespace of its own. @throws Error in Docker's words */
export function checkSysctl(text: string): void {
  const [name = ''] = text.split('=');
  const known = sysctls.includes(name) || /^(net|fs\.mqueue)\./.test(name);
  if (!known || !text.includes('=')) throw new Error(`sysctl '${text}' is not allowed`);
}

const limits = [
  'as',
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rss',
  'rtprio',
  'rttime',
  'sigpending',
  'stack',
];

/** `--ulimit name=soft[:hard]`. @throws Error in Docker's words */
export function parseUlimit(text: string): Ulimit {
  const [, name = '', soft = '', hard = soft] = /^([^=]+)=([^:]+)(?::(.+))?$/.exec(text) ?? [];
  if (name === '') throw new Error(`invalid ulimit argument: ${text}`);
  if (!limits.includes(name)) throw new Error(`invalid ulimit type: ${name}`);
  const [Soft, Hard] = [limit(soft), limit(hard)];
  if (Hard !== -1 && (Soft > Hard || Soft === -1)) {
    throw new Error(
      `ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}`,
    );
  }
  return { Name: name, Hard, Soft };
}

function limit(text: string): number {
  if (/^(-1|\d+)$/.test(text)) return Number(text);
  throw new Error(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}
