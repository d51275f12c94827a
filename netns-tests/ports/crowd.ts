/*
 * A program: opens many TCP connections at once and holds them.
 *
 *     node crowd.js <address> <port> <count> [deaf]
 *
 * Says "ready" when each is open or has failed. `deaf`: it reads nothing of what comes.
 */
import { connect } from 'node:net';

const [address = '', port = '', count = '', deaf] = process.argv.slice(2);
let settled = 0;

for (let index = 0; index < Number(count); index++) {
  const socket = connect({ host: address, port: Number(port) });
  if (deaf) socket.pause();
  else socket.resume();
  let isSettled = false;
  const settle = () => {
    if (isSettled) return;
    isSettled = true;
    if (++settled === Number(count)) process.stdout.write('ready\n');
  };
  socket.on('connect', settle).on('error', settle);
}
