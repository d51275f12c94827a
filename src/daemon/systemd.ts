import { readFileSync, readlinkSync } from 'node:fs';
import { InvalidParameter, System } from '../base/errors.js';
import { sendDatagram } from '../native/datagram.js';
import { duplicateFd, Fd, O_CLOEXEC } from '../native/fd.js';
import { check } from '../native/libc.js';
import { SOCK_NONBLOCK, socketCall } from '../native/socketcall.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** A listening socket that the service manager opened for us. */
export interface InheritedSocket {
  readonly fd: number;
  /** `FileDescriptorName=` of the socket unit; '' where it has none. */
  readonly name: string;
}

/** sd_listen_fds(3): the first inherited descriptor. */
const FIRST = 3;
const MOST = 64;

/** Sockets that were passed to this very process, by `LISTEN_PID`, `LISTEN_FDS` and `LISTEN_FDNAMES` (sd_listen_fds(3)). */
export function inheritedSockets(env: Environment, pid: number): readonly InheritedSocket[] {
  if (env['LISTEN_PID'] !== String(pid)) return [];
  const count = Number(env['LISTEN_FDS'] ?? 0);
  if (!Number.isInteger(count) || count < 1 || count > MOST) return [];
  const names = (env['LISTEN_FDNAMES'] ?? '').split(':');
  return Array.from({ length: count }, (_, at) => ({ fd: FIRST + at, name: names[at] ?? '' }));
}

/**
 * Those of them that `fd://WHICH` names: all by `*`, else by name or number.
 * @throws InvalidParameter in dockerd's words if there is none
 */
export function chosenSockets(
  sockets: readonly InheritedSocket[],
  which: string,
): readonly InheritedSocket[] {
  if (sockets.length === 0) {
    throw new InvalidParameter(
      'no sockets found via socket activation: make sure the service was started by systemd',
    );
  }
  const isMeant = ({ fd, name }: InheritedSocket) =>
    which === '*' || name === which || String(fd) === which;
  const chosen = sockets.filter(isMeant);
  if (chosen.length > 0) return chosen;
  throw new InvalidParameter(
    `failed to find listening socket "${which}" among those of socket activation: ${sockets
      .map(({ fd, name }) => (name === '' ? String(fd) : `${fd} (${name})`))
      .join(', ')}`,
  );
}

/** A descriptor of the same socket for us alone: programs that we start don't get it. @throws SyscallError */
export function takeSocket({ fd }: InheritedSocket): Fd {
  const own = duplicateFd(fd);
  new Fd(fd).close();
  return own;
}

/** Whether a listening socket is a unix socket rather than TCP (proc(5), /proc/net/unix). @throws System if it is no socket */
export function isUnixSocket(fd: number): boolean {
  const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
  if (inode === undefined) throw new System(`descriptor ${fd} of socket activation is no socket`);
  const lines = readFileSync('/proc/self/net/unix', 'utf8').split('\n');
  return lines.some((line) => line.trim().split(/\s+/)[6] === inode);
}

const AF_UNIX = 1;
const SOCK_DGRAM = 2;

/**
 * Tells the service manager of our state (`READY=1`), if there is one that wants to know. sd_notify(3).
 * @throws SyscallError if it named a socket that can't be reached
 */
export function notify(env: Environment, state: string): void {
  const path = env['NOTIFY_SOCKET'];
  if (path === undefined || path === '') return;
  using socket = new Fd(
    check('socket', socketCall.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | O_CLOEXEC, 0)),
  );
  const address = datagramAddress(path);
  check('connect', socketCall.connect(socket.number, address, address.length), path);
  sendDatagram(socket.number, Buffer.from(`${state}\n`));
}

/** `struct sockaddr_un`. An abstract name, written with `@`, begins with a NUL and doesn't end with one (unix(7)). */
function datagramAddress(path: string): Buffer {
  const name = path.startsWith('@') ? `\0${path.slice(1)}` : `${path}\0`;
  const address = Buffer.alloc(2 + Buffer.byteLength(name));
  address.writeUInt16LE(AF_UNIX);
  address.write(name, 2);
  return address;
}
