import { expect } from 'chai';
import fc from 'fast-check';
import { InvalidParameter } from '../../base/errors.js';
import { ip } from '../../base/ip.js';
import { addHostsLines, hostsFile, ownLines, removeHostsLines } from '../../cnm/dns/hosts.js';
import { checkWrittenNames } from './written-names.js';

const name = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'ab.-_ \t\n\r\v\u2028\u0000:'), maxLength: 4 }),
  fc.constantFrom('web', 'example', 'x\n6.6.6.6\tbank.example', 'x 6.6.6.6'),
);

describe('hostile hostnames', () => {
  it('are refused, or give their own address names in /etc/hosts, and no other one', async () => {
    let taken = 0;
    await fc.assert(
      fc.property(name, name, (hostname, domainname) => {
        const host = {
          Dns: [],
          DnsSearch: [domainname],
          DnsOptions: [],
          ExtraHosts: [],
          Links: [],
        };
        try {
          checkWrittenNames({ Hostname: hostname, Domainname: domainname, host });
        } catch (error) {
          expect(error).to.be.instanceOf(InvalidParameter);
          return;
        }
        taken++;
        const lines = ownLines([ip('172.18.0.2')], { hostname, domainname });
        const text = hostsFile({ ipv6: false, lines });
        expect(addressesOf(text)).to.deep.equal(['127.0.0.1', '172.18.0.2']);
        expect(addressesOf(addHostsLines('', lines))).to.deep.equal(['172.18.0.2']);
        expect(removeHostsLines(text, lines)).to.equal(hostsFile({ ipv6: false, lines: [] }));
      }),
      { numRuns: 1000 },
    );
    expect(taken).to.be.greaterThan(50);
  });
});

/** As hosts(5) is read. */
function addressesOf(text: string): string[] {
  return text
    .split(/[\n\r\v\u2028]/)
    .map((line) => line.replace(/#.*/, '').trim().split(/\s+/)[0] ?? '')
    .filter((word) => word !== '');
}
