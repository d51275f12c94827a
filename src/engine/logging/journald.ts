import { existsSync } from 'node:fs';
import { shortId } from '../../base/ids.js';
import { connectedUnixDatagram } from '../../native/unixsocket.js';
import type { LogConfig } from './config.js';
import { datagramSink } from './datagram-sink.js';
import type { LogRecord } from './log-lines.js';
import { formatLogTime } from './log-times.js';
import type { LogSink } from './sink.js';
import { type LogSubject, logAttributes, logTag } from './subject.js';

/** Where journald listens (systemd: Native Journal Protocol). */
export const journalSocket = '/run/systemd/journal/socket';

/** syslog(3). */
const priorities = { stdout: '6', stderr: '3' } as const;

/** Opens the way to journald. @throws Error in Docker's words if it isn't there */
export function openJournald(
  options: LogConfig['Config'],
  subject: LogSubject,
  socket: string = journalSocket,
): LogSink {
  if (!existsSync(socket)) throw new Error('journald is not enabled on this host');
  const common = journalFields(options, subject);
  return datagramSink(connectedUnixDatagram(socket), (records) =>
    records.map((record) => journalEntry(common, record)),
  );
}

/** The fields that Docker gives to each line of a container. */
export function journalFields(
  options: LogConfig['Config'],
  subject: LogSubject,
): ReadonlyMap<string, string> {
  const tag = logTag(options['tag'] || '{{.ID}}', subject);
  const attributes = [...logAttributes(options, subject)];
  return new Map([
    ['CONTAINER_ID', shortId(subject.id)],
    ['CONTAINER_ID_FULL', subject.id],
    ['CONTAINER_NAME', subject.name],
    ['CONTAINER_TAG', tag],
    ['IMAGE_NAME', subject.imageName],
    ['SYSLOG_IDENTIFIER', tag],
    ...attributes.map(([name, value]): [string, string] => [fieldName(name), value]),
  ]);
}

/** A line with its fields in journald's own protocol. */
export function journalEntry(common: ReadonlyMap<string, string>, record: LogRecord): Buffer {
  const { data, isPartial, stream, time } = record;
  const fields: [string, string | Buffer][] = [
    ['PRIORITY', priorities[stream]],
    ['MESSAGE', isPartial ? data : data.subarray(0, -1)],
    ['SYSLOG_TIMESTAMP', formatLogTime(time)],
    ...(isPartial ? [['CONTAINER_PARTIAL_MESSAGE', 'true'] as [string, string]] : []),
    ...common,
  ];
  return Buffer.concat(fields.map(([name, value]) => journalField(name, Buffer.from(value))));
}

/** `NAME=value\n`, or with newlines in the value `NAME\n`, its length (64 bit, little endian), itself, and `\n`. */
function journalField(name: string, value: Buffer): Buffer {
  const newline = Buffer.of(0x0a);
  if (!value.includes(newline)) return Buffer.concat([Buffer.from(`${name}=`), value, newline]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(value.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, value, newline]);
}

/** Upper case letters, digits and underscores, none of them first. */
function fieldName(name: string): string {
  return name
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '_')
    .replace(/^_+/, '');
}
