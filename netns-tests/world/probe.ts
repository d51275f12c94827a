/*
 * A program: asks an echo server for its answer.
 *
 *     node probe.js tcp|udp <address> <port> <timeout in ms> [<own port>]
 *
 * Prints the answer, `refused`, `timeout`, or an errno such as `EHOSTUNREACH`.
 */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';

const [protocol, address = '', port = '', timeoutMs = '', localPort = '0'] = process.argv.slice(2);

setTimeout(() => end('timeout'), Number(timeoutMs));
if (protocol === 'udp') askUdp();
else askTcp();

function askTcp(): void {
  const socket = connect({ host: address, port: Number(port), localPort: Number(localPort) });
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('error', fail);
  socket.on('end', () => end(text.trim()));
}

function askUdp(): void {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  socket.on('error', fail);
  socket.on('message', (message) => end(message.toString().trim()));
  // Connected, so that an ICMP error is reported.
  socket.bind(Number(localPort), () => {
    socket.connect(Number(port), address, () => socket.send('?'));
  });
}

function fail(error: NodeJS.ErrnoException): void {
  end(error.code === 'ECONNREFUSED' ? 'refused' : (error.code ?? 'error'));
}

function end(text: string): never {
  process.stdout.write(`${text}\n`);
  process.exit(0);
}
