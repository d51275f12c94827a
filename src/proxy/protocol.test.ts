import { expect } from 'chai';
import { partsOf, portsOf, type ServedPort } from './protocol.js';

const served = (port: number, over: Partial<ServedPort<number>> = {}): ServedPort<number> => ({
  protocol: 'tcp',
  address: '::',
  port,
  toAddress: '172.17.0.2',
  toPort: port + 1000,
  socket: port + 50_000,
  ...over,
});

describe('what is said to the proxy', () => {
  it('is ranges, in parts that fit into a packet, and comes out as it was', () => {
    const ports = Array.from({ length: 600 }, (_, index) => served(2000 + index));
    const parts = partsOf(ports, 253);
    expect(parts.map(({ sockets }) => sockets.length)).to.deep.equal([253, 253, 94]);
    expect(parts.map((part) => part.ports.map(({ port, count }) => [port, count]))).to.deep.equal([
      [[2000, 253]],
      [[2253, 253]],
      [[2506, 94]],
    ]);
    expect(parts.flatMap((part) => portsOf(part))).to.deep.equal(ports);
  });

  it('keeps apart what leads elsewhere', () => {
    const ports = [
      served(1),
      served(2, { protocol: 'udp' }),
      served(3, { toAddress: '172.17.0.3' }),
      served(4, { toPort: 9 }),
      served(5, { address: '::1' }),
    ];
    const [part] = partsOf(ports, 253);
    expect(part?.ports).to.have.length(5);
    expect(part && portsOf(part)).to.deep.equal(ports);
  });

  it('leaves out ports whose sockets got lost', () => {
    const [part] = partsOf([served(1), served(2), served(3)], 253);
    expect(part && portsOf({ ...part, sockets: part.sockets.slice(0, 2) })).to.deep.equal([
      served(1),
      served(2),
    ]);
  });
});
