/*
 * A program: answers on ports with its name and the address that it sees the client at.
 *
 *     node echo-server.js <name> tcp/80 udp/53 tcp/127.0.0.1:8080 ...
 *
 * Without an address it listens on all, of both families. It says "ready" when all ports are open.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6 } from 'node:net';

const [name = '', ...ports] = process.argv.slice(2);

for (const port of ports) {
  const [protocol, place = ''] = port.split('/');
  const colon = place.lastIndexOf(':');
  const address = colon < 0 ? '::' : place.slice(0, colon);
  const number = Number(place.slice(colon + 1));
  await (protocol === 'udp' ? serveUdp(address, number) : serveTcp(address, number));
}
process.stdout.write('ready\n');

async function serveTcp(host: string, port: number): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(answer(socket.remoteAddress));
  });
  server.listen({ host, port });
  await once(server, 'listening');
}

async function serveUdp(address: string, port: number): Promise<void> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  socket.on('message', (_, from) => socket.send(answer(from.address), from.port, from.address));
  socket.bind(port, address);
  await once(socket, 'listening');
}

function answer(client = '?'): string {
  return `${name} ${client.replace('::ffff:', '')}\n`;
}
