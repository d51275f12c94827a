/**
 * A client of the embedded DNS that measures: `node asker.js NAME COUNT` asks by UDP, one after the other, and writes
 * as JSON how many answers came within ten seconds, and the median and 99th percentile of the time, in ms.
 */
import { createSocket } from 'node:dgram';
import { encode } from 'dns-packet';

const [name = 'web', count = '100'] = process.argv.slice(2);
const socket = createSocket('udp4');

function ask(id: number): Promise<number | undefined> {
  const packet = encode({ type: 'query', id, questions: [{ name, type: 'A' }] });
  const start = performance.now();
  return new Promise((resolve) => {
    const done = (took?: number) => {
      clearTimeout(timer);
      socket.off('message', take);
      resolve(took);
    };
    const take = (reply: Buffer) => {
      if (reply.readUInt16BE(0) === id) done(performance.now() - start);
    };
    const timer = setTimeout(done, 10_000);
    socket.on('message', take);
    socket.send(packet, 53, '127.0.0.11');
  });
}

const times: number[] = [];
for (let i = 1; i <= Number(count); i++) {
  const took = await ask(i);
  if (took !== undefined) times.push(took);
}
socket.close();
times.sort((a, b) => a - b);
const at = (share: number) => times[Math.ceil(share * times.length) - 1] ?? null;
process.stdout.write(JSON.stringify({ answered: times.length, p50: at(0.5), p99: at(0.99) }));
