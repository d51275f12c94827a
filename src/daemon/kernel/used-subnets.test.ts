import { expect } from 'chai';
import { formatCidr } from '../../base/cidr.js';
import type { Links } from '../../cnm/kernel.js';
import { usedSubnets } from './used-subnets.js';

type Route = ReturnType<Links['routes']>[number];

const route = (destination: string, over: object = {}): Route =>
  ({ destination, ...over }) as Route;

describe('usedSubnets', () => {
  const cases: [string, Route[], string, string[]][] = [
    ['nothing', [], '', []],
    [
      'on-link routes',
      [route('10.1.0.0/16'), route('fd00::/64')],
      '',
      ['10.1.0.0/16', 'fd00::/64'],
    ],
    ['no default route', [route('default', { link: 'ppp0' })], '', []],
    ['no routes by way of a gateway', [route('10.0.0.0/8', { gateway: '10.1.0.1' })], '', []],
    [
      'name servers',
      [],
      'nameserver 192.168.1.1\nnameserver fe80::1%eth0\nnameserver 2001:db8::1\nsearch x\n',
      ['192.168.1.1/32', '2001:db8::1/128'],
    ],
  ];
  for (const [what, routes, resolvConf, wanted] of cases) {
    it(what, () => {
      const found = usedSubnets({ routes: () => routes }, resolvConf).map(formatCidr);
      expect(found).to.deep.equal(wanted);
    });
  }
});
