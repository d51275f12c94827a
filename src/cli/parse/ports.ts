import { isIP } from 'node:net';

/** Docker API: `PortBindings`. */
export type PortBindings = Record<string, { HostIp: string; HostPort: string }[]>;

/** What `-p` and `--expose` come to. */
export interface PublishedPorts {
  readonly exposed: Record<string, object>;
  readonly bindings: PortBindings;
}

const protocols = ['tcp', 'udp', 'sctp'];

/** Reads `-p` of each use and `--expose`. @throws Error in Docker's words */
export function parsePorts(publish: readonly string[], expose: readonly string[]): PublishedPorts {
  const exposed: Record<string, object> = {};
  const bindings: PortBindings = {};
  for (const spec of publish) {
    for (const { port, ip, host } of parsePublish(longForm(spec))) {
      exposed[port] = {};
      bindings[port] ??= [];
      bindings[port].push({ HostIp: ip, HostPort: host });
    }
  }
  for (const port of expose.flatMap(parseExpose)) exposed[port] ??= {};
  return { exposed, bindings };
}

/** `published=8080,target=80,protocol=tcp` as `8080:80/tcp`; anything else as it is. */
function longForm(spec: string): string {
  if (!spec.includes('=')) return spec;
  const fields = new Map<string, string>();
  for (const field of spec.split(',')) {
    const [key = '', value = ''] = field.split('=');
    fields.set(key.trim().toLowerCase(), value.trim());
  }
  const { published = '', target = '', protocol = 'tcp' } = Object.fromEntries(fields);
  return `${published}:${target}/${protocol}`;
}

interface Binding {
  readonly port: string;
  readonly ip: string;
  readonly host: string;
}

/** `[[ip:][hostPort]:]containerPort[/protocol]`, ranges on both sides. @throws Error */
function parsePublish(spec: string): Binding[] {
  const { ip: rawIp, host, inside } = cutSpec(spec);
  const ip = parseIp(rawIp);
  const [ports = '', rawProtocol = 'tcp'] = inside.split('/');
  if (ports === '') throw new Error(`no port specified: ${spec}<empty>`);
  const target = range(ports, 'containerPort');
  const source = host === '' ? undefined : range(host, 'hostPort');
  if (source && source.last - source.first !== target.last - target.first) {
    // Several host ports for one container port: any of them will do.
    if (target.first !== target.last) {
      throw new Error(
        `invalid ranges specified for container and host Ports: ${ports} and ${host}`,
      );
    }
  }
  const protocol = rawProtocol.toLowerCase();
  if (!protocols.includes(protocol)) throw new Error(`invalid proto: ${rawProtocol}`);
  const anyOf = source && target.first === target.last && source.first !== source.last;
  const hostPort = (offset: number) => {
    if (!source) return '';
    return anyOf ? `${source.first}-${source.last}` : String(source.first + offset);
  };
  return Array.from({ length: target.last - target.first + 1 }, (_, offset) => ({
    port: `${target.first + offset}/${protocol}`,
    ip,
    host: hostPort(offset),
  }));
}

function cutSpec(spec: string): { ip: string; host: string; inside: string } {
  const parts = spec.split(':');
  const inside = parts.pop() ?? '';
  const host = parts.pop() ?? '';
  return { ip: parts.join(':'), host, inside };
}

/** An address, IPv6 with or without brackets. @throws Error */
function parseIp(text: string): string {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (bare === '' || isIP(bare) !== 0) return bare;
  throw new Error(`invalid IP address: ${bare}`);
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/** @throws Error naming the field */
function range(text: string, field: string): Range {
  const [, from = '', to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (from === '' || first > 65_535 || last > 65_535 || last < first) {
    throw new Error(`invalid ${field}: ${text}`);
  }
  return { first, last };
}

/** `port[-port][/protocol]`. @throws Error */
function parseExpose(spec: string): string[] {
  if (spec.includes(':')) throw new Error(`invalid port format for --expose: ${spec}`);
  const [ports = '', protocol = 'tcp'] = spec.split('/');
  const wrong = (reason: string) =>
    new Error(`invalid range format for --expose: ${spec}, error: ${reason}`);
  if (ports === '') throw wrong('empty string specified for ports');
  const [from = '', to = from] = ports.split('-');
  const bad = [from, to].find((part) => !/^\d+$/.test(part) || Number(part) > 65_535);
  if (bad !== undefined) {
    const reason = /^\d+$/.test(bad) ? 'value out of range' : 'invalid syntax';
    throw wrong(`strconv.ParseUint: parsing ${JSON.stringify(bad)}: ${reason}`);
  }
  const [first, last] = [Number(from), Number(to)];
  if (last < first) throw wrong(`invalid range specified for port: ${ports}`);
  return Array.from({ length: last - first + 1 }, (_, i) => `${first + i}/${protocol}`);
}
