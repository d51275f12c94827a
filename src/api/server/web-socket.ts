import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { InvalidParameter } from '../../base/errors.js';
import type { HijackCall } from './router.js';

/** Of one message of a client's; Docker's library has the same limit. */
const maxMessage = 32 * 1024 * 1024;

/** @throws InvalidParameter if the client wants anything but a web socket */
export function checkWebSocketWanted({ upgraded, request }: HijackCall): void {
  if (upgraded && request.headers.upgrade?.toLowerCase() === 'websocket') return;
  throw new InvalidParameter('bad request: this needs a web socket (Upgrade: websocket)');
}

/** Answers a client's opening handshake (RFC 6455, 4.2). @throws InvalidParameter if that is wrong */
export function acceptWebSocket({ request, socket }: HijackCall): Promise<WebSocket> {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: maxMessage,
    // What is typed are bytes, whatever kind of message brings them.
    skipUTF8Validation: true,
  });
  return new Promise((resolve, reject) => {
    server.once('wsClientError', ({ message }) =>
      reject(new InvalidParameter(`bad handshake of a web socket: ${message}`)),
    );
    server.handleUpgrade(request, socket, Buffer.alloc(0), resolve);
  });
}
