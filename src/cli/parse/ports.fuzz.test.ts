import { expect } from 'chai';
import fc from 'fast-check';
import { InvalidParameter } from '../../base/errors.js';
import { portRequests } from '../../engine/containers/ports.js';
import { parsePorts } from './ports.js';

const ports = fc.constantFrom('80', '8000-8003', '0', '65536', '9-8', '', '-1', '8080', '1e2');
const spec = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0123456789:-/=,.[]tcpud '), maxLength: 14 }),
  fc
    .tuple(
      fc.constantFrom('', '127.0.0.1:', '[::1]:', '::1:', '0.0.0.0:', '1.2.3:', 'host:'),
      ports,
      fc.constantFrom('80', '8000-8003', '53', '0', '', '70000'),
      fc.constantFrom('', '/tcp', '/UDP', '/sctp', '/icmp', '/'),
    )
    .map(([ip, host, inside, protocol]) => `${ip}${host}:${inside}${protocol}`),
  fc.constantFrom('published=8080,target=80', '__proto__=1,target=80', 'target=80,protocol=udp'),
);

describe('hostile -p and --expose', () => {
  it('are refused with a reason, or come to what the daemon reads as numbers of ports', async () => {
    let taken = 0;
    await fc.assert(
      fc.property(fc.array(spec, { maxLength: 2 }), fc.array(spec, { maxLength: 1 }), (p, e) => {
        const parsed = refusedOr(() => parsePorts(p, e));
        if (!parsed) return;
        const wanted = { PortBindings: parsed.bindings, PublishAllPorts: true };
        const requests = refusedOr(() => portRequests(wanted, parsed.exposed), InvalidParameter);
        for (const { containerPort, hostPort } of requests ?? []) {
          taken++;
          expect(containerPort).to.be.within(1, 65_535);
          for (const port of hostPort) expect(port).to.be.within(0, 65_535);
        }
      }),
      { numRuns: 3000 },
    );
    expect(taken).to.be.greaterThan(100);
  });
});

/** Undefined where it is refused: by an error of this class and no special one of the language. */
function refusedOr<T>(work: () => T, kind: new (message: string) => Error = Error): T | undefined {
  try {
    return work();
  } catch (error) {
    expect(error).to.be.instanceOf(kind);
    expect(error).not.to.be.instanceOf(TypeError);
    expect(error).not.to.be.instanceOf(RangeError);
    return undefined;
  }
}
