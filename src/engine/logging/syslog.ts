import { createSocket } from 'node:dgram';
import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { messageOf } from '../../base/errors.js';
import { isErrno } from '../../native/libc.js';
import { connectedUnixDatagram } from '../../native/unixsocket.js';
import type { LogConfig } from './config.js';
import { datagramSink } from './datagram-sink.js';
import type { LogRecord } from './log-lines.js';
import type { LogSink } from './sink.js';
import { type LogSubject, logTag } from './subject.js';
import { syslogMessage } from './syslog-message.js';
import {
  parseFacility,
  parseSyslogAddress,
  parseSyslogFormat,
  type SyslogAddress,
} from './syslog-options.js';

type Options = LogConfig['Config'];

/** Where the machine's own syslog server may listen. */
const localSockets = ['/dev/log', '/var/run/syslog', '/var/run/log'];
const CONNECT_MS = 10_000;

/** Opens the way to a syslog server. @throws Error in Docker's words if there is none */
export async function openSyslog(options: Options, subject: LogSubject): Promise<LogSink> {
  const address = parseSyslogAddress(options['syslog-address'] ?? '');
  const format = parseSyslogFormat(options['syslog-format'] ?? '');
  const origin = {
    format,
    facility: parseFacility(options['syslog-facility'] ?? ''),
    hostname: subject.hostname,
    tag: logTag(options['tag'] || '{{.ID}}', subject),
    pid: process.pid,
    counted: address.kind === 'tcp+tls' && format.startsWith('rfc5424'),
  };
  const written = (records: readonly LogRecord[]) =>
    records.flatMap((record) => syslogMessage(origin, record) ?? []);
  if (address.kind === 'local') return openLocal(written);
  if (address.kind === 'unixgram') {
    return datagramSink(connectedUnixDatagram(address.path), written);
  }
  return address.kind === 'udp' ? openUdp(address, written) : openStream(address, options, written);
}

type Reachable = Exclude<SyslogAddress, { kind: 'local' }>;

/** The first of the usual sockets that somebody listens on. */
function openLocal(written: Writer): LogSink {
  for (const path of localSockets.filter((one) => existsSync(one))) {
    try {
      return datagramSink(connectedUnixDatagram(path), written);
    } catch (error) {
      // Nobody listens any more, or it takes no datagrams: the next one may do.
      if (!isErrno(error, 'ECONNREFUSED', 'EPROTOTYPE', 'ENOENT')) throw error;
    }
  }
  throw new Error('Unix syslog delivery error');
}

type Writer = (records: readonly LogRecord[]) => Buffer[];

async function openUdp(
  { host, port }: { host: string; port: number },
  written: Writer,
): Promise<LogSink> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4').unref();
  // Nobody listening is told of a datagram before; the next one may find somebody.
  socket.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.connect(port, host, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  return {
    async send(records) {
      for (const message of written(records)) {
        await new Promise<void>((resolve) => socket.send(message, () => resolve()));
      }
    },
    [Symbol.dispose]: () => void socket.close(),
  };
}

async function openStream(address: Reachable, options: Options, written: Writer): Promise<LogSink> {
  const socket = await dialed(address, options);
  let failure: Error | undefined;
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('close', () => {
    failure ??= new Error('the syslog server has closed the connection');
  });
  socket.resume();
  return {
    async send(records) {
      if (failure) throw failure;
      const bytes = Buffer.concat(written(records));
      await new Promise<void>((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(error) : resolve()));
      });
    },
    [Symbol.dispose]: () => void socket.destroySoon(),
  };
}

function dialed(address: Reachable, options: Options): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = dial(address, options);
    const refuse = (error: Error) => {
      socket.destroy();
      reject(new Error(dialFailure(address, error)));
    };
    socket.setTimeout(CONNECT_MS, () => refuse(new Error('i/o timeout')));
    socket.once('error', refuse);
    socket.once(address.kind === 'tcp+tls' ? 'secureConnect' : 'connect', () => {
      socket.setTimeout(0);
      socket.off('error', refuse);
      socket.unref();
      resolve(socket);
    });
  });
}

function dial(address: Reachable, options: Options): Socket {
  if ('path' in address) return connect({ path: address.path });
  const { host, port } = address;
  return address.kind === 'tcp+tls'
    ? connectTls({ host, port, ...tlsOptions(options) })
    : connect({ host, port });
}

function tlsOptions(options: Options): object {
  const file = (name: string) =>
    options[name] === undefined ? undefined : readFileSync(options[name]);
  return {
    ca: file('syslog-tls-ca-cert'),
    cert: file('syslog-tls-cert'),
    key: file('syslog-tls-key'),
    rejectUnauthorized: options['syslog-tls-skip-verify'] === undefined,
  };
}

/** As Go says it: `dial tcp 127.0.0.1:514: connect: connection refused`. */
function dialFailure(address: Reachable, error: NodeJS.ErrnoException): string {
  const place = 'path' in address ? address.path : `${address.host}:${address.port}`;
  const reason = error.code === 'ECONNREFUSED' ? 'connect: connection refused' : messageOf(error);
  return `dial ${address.kind.replace('+tls', '')} ${place}: ${reason}`;
}
