import { rmSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Children } from '../../native/children.js';
import type { Fd } from '../../native/fd.js';
import { isErrno } from '../../native/libc.js';
import { signalProcess } from '../../native/pidfd.js';
import { connectedSeqpacket, peerOf, seqpacketListener } from '../../native/unixsocket.js';
import type { ExitStatus } from '../../native/wait.js';

const SIGKILL = 9;
/** Where the proxy has its listener. */
const CONTROL = 3;

/** Starts the proxy, connected. It takes what it is sent as soon as it runs. @throws SyscallError */
export function launchProxy(
  path: string,
  children: Pick<Children, 'spawn'>,
): { readonly connection: Fd; readonly ended: Promise<ExitStatus> } {
  rmSync(path, { force: true });
  using listener = seqpacketListener(path);
  const { ended } = children.spawn({
    file: process.execPath,
    argv: ['port-proxy', '--', program(), path],
    fds: { [CONTROL]: listener.number },
    // It outlives this process, so what ends this one's session or group must not reach it.
    newSession: true,
    cwd: '/',
  });
  return { connection: connectedSeqpacket(path), ended };
}

/** Connects to the proxy that runs already; undefined if there is none. */
export function findProxy(path: string): Fd | undefined {
  try {
    return connectedSeqpacket(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ECONNREFUSED', 'EAGAIN')) return undefined;
    throw error;
  }
}

/** Ends a proxy that does not answer. */
export function killProxy(connection: Fd): void {
  const { pid } = peerOf(connection);
  if (pid !== process.pid) signalProcess({ pid }, SIGKILL);
}

/** The bundle lies beside this file's; unbundled it is in its own folder. */
function program(): string {
  const here = new URL(import.meta.url);
  const isBundle = extname(here.pathname) === '.mjs';
  return fileURLToPath(new URL(isBundle ? './port-proxy.mjs' : '../../proxy/main.js', here));
}
