import { expect } from 'chai';
import fc from 'fast-check';
import { InvalidParameter } from '../../base/errors.js';
import { parseIp } from '../../base/ip.js';
import { checkName } from './names.js';
import { portRequests } from './ports.js';

const near = fc.string({ unit: fc.constantFrom(...'0123456789-/tcpudsTCP :."\n'), maxLength: 12 });
const spec = fc.oneof(
  near,
  fc.constantFrom('80', '80/tcp', '80/TCP', '65535/udp', '0/tcp', '1e3/tcp'),
);
const hostPort = fc.oneof(
  near,
  fc.constantFrom('', '8080', '8000-8010', '9-8', '65535-65536', '+1'),
);
const hostIp = fc.oneof(near, fc.ipV4(), fc.ipV6(), fc.constantFrom('', '::1%lo', '[::1]'));
const bindings = fc.dictionary(
  spec,
  fc.array(fc.record({ HostIp: hostIp, HostPort: hostPort }), { maxLength: 2 }),
  { maxKeys: 2 },
);

describe('hostile ports and names', () => {
  it('ports are refused, or are numbers of ports, at addresses, of protocols', async () => {
    let taken = 0;
    await fc.assert(
      fc.property(bindings, fc.boolean(), (PortBindings, PublishAllPorts) => {
        try {
          for (const request of portRequests({ PortBindings, PublishAllPorts }, PortBindings)) {
            taken++;
            expect(request.protocol).to.match(/^(tcp|udp|sctp)$/);
            expect(request.containerPort).to.be.within(1, 65535);
            for (const port of request.hostPort) {
              expect(Number.isInteger(port)).to.equal(true);
              expect(port).to.be.within(0, 65535);
            }
            expect(request.hostPort[0]).to.be.at.most(request.hostPort[1]);
            if (request.hostIp !== '') expect(parseIp(request.hostIp)).not.to.equal(undefined);
          }
        } catch (error) {
          expect(error).to.be.instanceOf(InvalidParameter);
        }
      }),
      { numRuns: 4000 },
    );
    expect(taken).to.be.greaterThan(50);
  });

  it('names of containers are refused, or are one harmless segment of a path', async () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.string({ unit: fc.constantFrom(...'ab0._-/\\ \n"'), maxLength: 8 }),
      fc.constantFrom('..', '../a', '/web', '//web', '-rf', 'a\u0000'),
    );
    await fc.assert(
      fc.property(name, (text) => {
        try {
          expect(checkName(text)).to.match(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/);
        } catch (error) {
          expect(error).to.be.instanceOf(InvalidParameter);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
