import { expect } from 'chai';
import fc from 'fast-check';
import { InvalidParameter } from '../base/errors.js';
import { endpointConfig, endpointLabel } from './endpoint-options.js';

/** Close to the form that is taken, and far from it. */
const setting = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc
    .tuple(
      fc.constantFrom('net', 'net', 'net', 'NET', 'kernel'),
      fc.constantFrom('ipv4', 'ipv6', 'mpls', '../ipv4'),
      fc.constantFrom('conf', 'neigh', 'conf.all', 'conf/../neigh'),
      fc.constantFrom('IFNAME', 'IFNAME', 'ifname', 'all', 'eth0', 'IFNAME/../all'),
      fc.oneof(
        fc.constantFrom('forwarding', 'a_1', '..', 'a/b', 'a.b', '-'),
        fc.string({ maxLength: 4 }),
      ),
      fc.oneof(fc.constantFrom('1', '', ' 1', '1\n2', '=1'), fc.string({ maxLength: 4 })),
    )
    .map(
      ([net, family, group, name, key, value]) =>
        `${net}.${family}.${group}.${name}.${key}=${value}`,
    ),
);

describe('hostile settings of an endpoint', () => {
  it('are refused, or name a group and a key of the own interface and nothing else', async () => {
    let taken = 0;
    await fc.assert(
      fc.property(fc.array(setting, { minLength: 1, maxLength: 2 }), (settings) => {
        const text = settings.join(',');
        try {
          const { sysctls } = endpointConfig({ [endpointLabel.sysctls]: text });
          for (const { family, group, key, value } of sysctls) {
            taken++;
            expect(family).to.match(/^(ipv4|ipv6|mpls)$/);
            expect(group).to.match(/^(conf|neigh)$/i);
            expect(key).to.match(/^[a-z0-9_]+$/i);
            expect(value).to.match(/^[!-~]+$/);
            // Not a word of another interface came through.
            expect(text.toLowerCase()).to.contain(`.${group}.ifname.${key}=`.toLowerCase());
          }
        } catch (error) {
          expect(error).to.be.instanceOf(InvalidParameter);
        }
      }),
      { numRuns: 3000 },
    );
    // Some must be: about twenty are.
    expect(taken).to.be.greaterThan(0);
  });

  it('of the other options are refused, or within their bounds', async () => {
    const labels = [endpointLabel.advertiseCount, endpointLabel.advertiseIntervalMs];
    const number = fc.oneof(fc.integer().map(String), fc.string({ maxLength: 6 }));
    await fc.assert(
      fc.property(fc.constantFrom(...labels), number, (label, text) => {
        try {
          const { advertiseCount, advertiseIntervalMs } = endpointConfig({ [label]: text });
          expect(advertiseCount).to.be.within(0, 3);
          expect(advertiseIntervalMs).to.be.within(100, 2000);
        } catch (error) {
          expect(error).to.be.instanceOf(InvalidParameter);
        }
      }),
    );
  });
});
