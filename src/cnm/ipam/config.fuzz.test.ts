import { expect } from 'chai';
import fc from 'fast-check';
import { contains, encloses, formatCidr, parseCidr } from '../../base/cidr.js';
import { InvalidParameter } from '../../base/errors.js';
import { formatIp, parseIp } from '../../base/ip.js';
import { type IpamConfigEntry, parseIpamConfig, type SubnetSpec } from './config.js';

const part = fc.string({ unit: fc.constantFrom(...'0123456789.:abf/% -\n;"'), maxLength: 20 });
const address = fc.oneof(
  part,
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom(
    '10.0.0.9',
    'fd00::9',
    '::ffff:10.0.0.1',
    '010.0.0.1',
    '10.0.0.1%eth0',
    '1.2.3',
    '0x7f.1',
    'fe80::1%1',
  ),
);
const block = fc.oneof(
  part,
  fc.tuple(address, fc.integer({ min: -1, max: 130 })).map(([ip, length]) => `${ip}/${length}`),
  fc.constantFrom('10.0.0.0/8', '10.1.0.0/16', 'fd00::/64', '0.0.0.0/0', '::/0', '10.0.0.0/08'),
  fc.constantFrom('10.0.0.0/8', '10.0.0.0/9', '10.0.0.0/24', 'fd00::/64', 'fd00::/80'),
);
/** What would do, but for one value. */
const near = fc.record(
  {
    Subnet: fc.constantFrom('10.0.0.0/8', '10.0.0.0/16'),
    IPRange: fc.oneof(fc.constantFrom('10.0.4.0/24', '10.0.0.0/16'), block),
    Gateway: fc.oneof(fc.constantFrom('10.0.0.9', '10.0.4.1', '::ffff:10.0.0.1'), address),
    AuxiliaryAddresses: fc.dictionary(part, fc.constantFrom('10.0.0.7', '010.0.0.7'), {
      maxKeys: 2,
    }),
  },
  { requiredKeys: ['Subnet'] },
);
const far = fc.record(
  {
    Subnet: block,
    IPRange: block,
    Gateway: address,
    AuxiliaryAddresses: fc.dictionary(part, address, { maxKeys: 2 }),
  },
  { requiredKeys: [] },
);

describe('hostile subnets', () => {
  it('are refused, or read as what lies within them, in canonical text', async () => {
    let taken = 0;
    const property = fc.property(
      fc.array(fc.oneof(near, far), { maxLength: 2 }),
      fc.boolean(),
      (entries, ipv6) => {
        const specs = specsOrRefusal(entries, ipv6);
        for (const spec of specs) expectWhole(spec);
        taken += specs.length;
      },
    );
    await fc.assert(property, { numRuns: 4000 });
    // Some must pass, or nothing was tried.
    expect(taken).to.be.greaterThan(20);
  });
});

/** What is read, or nothing where it is refused in the way that clients are told of. */
function specsOrRefusal(entries: readonly IpamConfigEntry[], ipv6: boolean): SubnetSpec[] {
  try {
    const specs = parseIpamConfig(entries, { ipv4: true, ipv6 });
    return specs.filter(({ subnet }) => subnet !== undefined);
  } catch (error) {
    expect(error).to.be.instanceOf(InvalidParameter);
    return [];
  }
}

function expectWhole({ family, subnet, range, gateway, auxiliary }: SubnetSpec): void {
  if (!subnet) return;
  expect(formatCidr(subnet)).to.match(/^[0-9a-f.:]+\/\d{1,3}$/);
  expect(parseCidr(formatCidr(subnet))).to.deep.equal(subnet);
  expect(subnet.family).to.equal(family);
  expect(range === undefined || encloses(subnet, range)).to.equal(true);
  for (const ip of [...(gateway ? [gateway] : []), ...auxiliary.values()]) {
    expect(contains(subnet, ip)).to.equal(true);
    expect(parseIp(formatIp(ip))).to.deep.equal(ip);
  }
}
