import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { HeldResponse } from './authorization/held-response.js';

/**
 * Some clients ask every server whether it speaks another protocol (`Upgrade: h2c`) and are content with a
 * no. Node then hands over the bare connection; this makes an ordinary request and response of it again, with
 * the body that was read from it. The connection ends with the answer.
 */
export function asOrdinary(
  request: IncomingMessage,
  socket: Duplex,
  body: string,
): { request: IncomingMessage; response: HeldResponse } {
  const copy = withBody(request, Buffer.from(body));
  const response = new HeldResponse(copy);
  response.shouldKeepAlive = false;
  // Node's types call it a Duplex, because other servers may hand over other things. An HTTP server's is a socket.
  response.assignSocket(socket as Socket);
  response.once('finish', () => socket.end());
  return { request: copy, response };
}

/** The same request with a body that was read from it already. */
export function withBody(request: IncomingMessage, body: Buffer): IncomingMessage {
  const copy = new IncomingMessage(request.socket);
  const { method, url, headers, httpVersion, httpVersionMajor, httpVersionMinor } = request;
  Object.assign(copy, { method, url, headers, httpVersion, httpVersionMajor, httpVersionMinor });
  // An incomplete request takes its connection with it when it has been read.
  copy.complete = true;
  copy.push(body);
  copy.push(null);
  return copy;
}
