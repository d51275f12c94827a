import { expect } from 'chai';
import { formatCidr } from '../../base/cidr.js';
import { InvalidParameter } from '../../base/errors.js';
import { formatIp } from '../../base/ip.js';
import { type IpamConfigEntry, parseIpamConfig } from './config.js';

const both = { ipv4: true, ipv6: true };
const v4 = { ipv4: true, ipv6: false };

describe('parseIpamConfig', () => {
  it('reads everything', () => {
    const [spec, ...rest] = parseIpamConfig(
      [
        {
          Subnet: '10.0.0.0/8',
          IPRange: '10.10.0.0/16',
          Gateway: '10.10.0.1',
          AuxiliaryAddresses: { router: '10.1.1.1' },
        },
      ],
      v4,
    );
    expect(rest).to.deep.equal([]);
    expect(spec?.subnet && formatCidr(spec.subnet)).to.equal('10.0.0.0/8');
    expect(spec?.range && formatCidr(spec.range)).to.equal('10.10.0.0/16');
    expect(spec?.gateway && formatIp(spec.gateway)).to.equal('10.10.0.1');
    expect([...(spec?.auxiliary ?? [])].map(([name, ip]) => [name, formatIp(ip)])).to.deep.equal([
      ['router', '10.1.1.1'],
    ]);
  });

  it('asks for one subnet of each enabled family that has no entry', () => {
    const families = (specs: { family: number }[]) => specs.map(({ family }) => family);
    expect(families(parseIpamConfig([], both))).to.deep.equal([4, 6]);
    expect(families(parseIpamConfig([{ Subnet: 'fd00::/64' }], both))).to.deep.equal([6, 4]);
    expect(families(parseIpamConfig([], { ipv4: false, ipv6: true }))).to.deep.equal([6]);
  });

  it('drops a subnet of a family that is off', () => {
    const specs = parseIpamConfig([{ Subnet: '2001:db8::/32' }], v4);
    expect(specs).to.deep.equal([{ family: 4, auxiliary: new Map() }]);
  });

  it('takes an unspecified address for a wish about the size', () => {
    const [spec4, spec6] = parseIpamConfig([{ Subnet: '0.0.0.0/24' }, { Subnet: '::/80' }], both);
    expect(spec4).to.deep.equal({ family: 4, prefix: 24, auxiliary: new Map() });
    expect(spec6).to.deep.equal({ family: 6, prefix: 80, auxiliary: new Map() });
  });

  const bad: [string, IpamConfigEntry[], string][] = [
    [
      'host bits',
      [{ Subnet: '10.10.10.0/8' }],
      'invalid subnet 10.10.10.0/8: it should be 10.0.0.0/8',
    ],
    ['no CIDR', [{ Subnet: 'foo' }], 'invalid subnet foo: invalid CIDR block notation'],
    [
      'a bigger range',
      [{ Subnet: '10.10.10.0/24', IPRange: '10.0.0.0/8' }],
      'invalid ip-range 10.0.0.0/8: CIDR block is bigger than its parent subnet 10.10.10.0/24',
    ],
    [
      'host bits in the range',
      [{ Subnet: '10.0.0.0/8', IPRange: '10.10.10.0/16' }],
      'invalid ip-range 10.10.10.0/16: it should be 10.10.0.0/16',
    ],
    [
      'a range of the other family',
      [{ Subnet: '10.0.0.0/8', IPRange: 'fd00::/64' }],
      'invalid ip-range fd00::/64: parent subnet is an IPv4 block',
    ],
    [
      'a gateway of the other family',
      [{ Subnet: 'fd00::/64', Gateway: '10.0.0.1' }],
      'invalid gateway 10.0.0.1: parent subnet is an IPv6 block',
    ],
    [
      'several findings',
      [
        {
          Subnet: '10.0.0.0/8',
          IPRange: '192.168.0.1/24',
          Gateway: '1001.10.5.3',
          AuxiliaryAddresses: { DefaultGatewayIPv4: '192.168.0.1' },
        },
      ],
      [
        '* invalid ip-range 192.168.0.1/24: it should be 192.168.0.0/24',
        "* invalid ip-range 192.168.0.1/24: parent subnet 10.0.0.0/8 doesn't contain ip-range",
        '* invalid gateway 1001.10.5.3: invalid address',
        "* invalid auxiliary address DefaultGatewayIPv4: parent subnet 10.0.0.0/8 doesn't contain this address",
      ].join('\n'),
    ],
  ];
  for (const [what, entries, text] of bad) {
    it(`refuses ${what}`, () => {
      expect(() => parseIpamConfig(entries, both))
        .to.throw(InvalidParameter)
        .with.property('message', `invalid network config:\n${text}`);
    });
  }

  it('asks for nothing where both families are off', () =>
    expect(parseIpamConfig([{ Subnet: '10.0.0.0/8' }], { ipv4: false, ipv6: false })).to.deep.equal(
      [],
    ));
});
