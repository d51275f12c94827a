import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { createSecureContext } from 'node:tls';
import { type ListenAddress, type ListenPlace, listen, showAddress } from '../api/server/listen.js';
import type { ApiListener, Door } from '../api/server/server.js';
import { InvalidParameter } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { tryAddress } from './addresses.js';
import { groupNumber } from './group.js';
import type { Listening, TlsFiles } from './listening.js';
import { chosenSockets, type InheritedSocket, isUnixSocket, takeSocket } from './systemd.js';

/** One place that the API will be served at. */
interface PlannedDoor {
  readonly address: ListenAddress;
  readonly socket?: InheritedSocket;
  readonly isTcp: boolean;
}

/** The places that the API is served at: checked before the daemon changes anything, opened when it can serve. */
export class Doors {
  readonly #planned: readonly PlannedDoor[];
  readonly #group: number;
  readonly #tls: Door['tls'] | undefined;

  private constructor(planned: readonly PlannedDoor[], group: number, tls: Door['tls']) {
    this.#planned = planned;
    this.#group = group;
    this.#tls = tls;
  }

  /** @throws what is in the way: an address that is taken, a group or a certificate that isn't there */
  static async plan(listening: Listening, inherited: readonly InheritedSocket[]): Promise<Doors> {
    const planned: PlannedDoor[] = [];
    for (const address of listening.addresses) {
      if (address.type === 'fd') {
        for (const socket of chosenSockets(inherited, address.which)) {
          planned.push({ address, socket, isTcp: !isUnixSocket(socket.fd) });
        }
        continue;
      }
      await tryAddress(address);
      planned.push({ address, isTcp: address.type === 'tcp' });
    }
    return new Doors(
      planned,
      groupNumber(listening.group),
      listening.tls && readCertificates(listening.tls),
    );
  }

  /** Opens them all. `own` is told of each at once, so that a failure of a later one leaves none behind. */
  async open(parts: {
    createServer: (door: Door) => ApiListener;
    own: (server: ApiListener) => void;
    logger: Logger;
  }): Promise<void> {
    for (const planned of this.#planned) {
      const { address, socket, isTcp } = planned;
      const server = parts.createServer(isTcp ? this.#tcpDoor(address) : {});
      if (isTcp && !this.#tls?.ca) warn(parts.logger, showAddress(address));
      await listen(server, placeOf(planned), this.#group);
      parts.own(server);
      parts.logger.info('API listen', {
        address: showAddress(address),
        ...(socket && { fd: socket.fd }),
      });
    }
  }

  #tcpDoor(address: ListenAddress): Door {
    const host = address.type === 'tcp' ? [address.host] : [];
    const names = ['localhost', 'docker', hostname(), ...host];
    return {
      ...(this.#tls && { tls: this.#tls }),
      ...(!this.#tls?.ca && { openTo: [...new Set(names)] }),
    };
  }
}

function placeOf({ address, socket }: PlannedDoor): ListenPlace {
  if (address.type !== 'fd') return address;
  if (!socket) throw new InvalidParameter(`no socket for ${showAddress(address)}`);
  return { type: 'inherited', fd: takeSocket(socket).release() };
}

/** dockerd's words. */
function warn(logger: Logger, host: string): void {
  logger.warn(
    'Binding to IP address without --tlsverify is insecure and gives root access on this machine to everyone who has access to your network.',
    { host },
  );
  logger.warn(
    'Binding to an IP address, even on localhost, can also give access to scripts run in a browser. Be safe out there!',
    { host },
  );
}

/** @throws InvalidParameter naming the file */
function readCertificates({ cert, key, clientCa }: TlsFiles): NonNullable<Door['tls']> {
  const read = (option: string, path: string) => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      throw new InvalidParameter(`invalid TLS configuration: cannot read --${option} ${path}`, {
        cause: error,
      });
    }
  };
  const files = {
    cert: read('tlscert', cert),
    key: read('tlskey', key),
    ...(clientCa !== undefined && { ca: read('tlscacert', clientCa) }),
  };
  try {
    createSecureContext(files);
  } catch (error) {
    throw new InvalidParameter(
      `invalid TLS configuration: ${cert} and ${key} are no certificate and its key`,
      { cause: error },
    );
  }
  return files;
}
