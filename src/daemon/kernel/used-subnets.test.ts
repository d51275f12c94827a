import { expect } from 'chai';
import { formatCidr } from '../../base/cidr.js';
import type { Links } from '../../cnm/kernel.js';
import { UsedSubnets } from './used-subnets.js';

type Route = ReturnType<Links['routes']>[number];

const route = (destination: string, over: object = {}): Route =>
  ({ destination, ...over }) as Route;

const both = (routes: () => Route[], resolvConf = '') => {
  const ofFamily = (family?: 4 | 6) =>
    routes().filter(({ destination }) => destination.includes(':') === (family === 6));
  const used = new UsedSubnets({ links: { routes: ofFamily }, resolvConf: () => resolvConf });
  return () =>
    ([4, 6] as const).flatMap((family) =>
      used.read(family).map((one) => `${formatCidr(one)}${one.ifPossible ? ' if possible' : ''}`),
    );
};

describe('UsedSubnets', () => {
  const cases: [string, Route[], string, string[]][] = [
    ['nothing', [], '', []],
    ['on-link', [route('10.1.0.0/16'), route('fd00::/64')], '', ['10.1.0.0/16', 'fd00::/64']],
    ['no default route', [route('default', { link: 'ppp0' })], '', []],
    [
      'by way of a gateway',
      [route('10.0.0.0/8', { gateway: '10.1.0.1' })],
      '',
      ['10.0.0.0/8 if possible'],
    ],
    [
      'both ways',
      [route('10.0.0.0/8', { gateway: '10.1.0.1' }), route('10.0.0.0/8')],
      '',
      ['10.0.0.0/8 if possible', '10.0.0.0/8'],
    ],
    ['around the default route', [route('0.0.0.0/1')], '', ['0.0.0.0/1 if possible']],
    [
      'name servers',
      [],
      'nameserver 192.168.1.1\nnameserver fe80::1%eth0\nnameserver 2001:db8::1\nsearch x\n',
      ['192.168.1.1/32', '2001:db8::1/128'],
    ],
  ];
  for (const [what, routes, resolvConf, wanted] of cases) {
    it(what, () => expect(both(() => routes, resolvConf)()).to.deep.equal(wanted));
  }

  it('sees each time what has come and gone', () => {
    const routes = [route('10.1.0.0/16')];
    const read = both(() => routes);
    expect(read()).to.deep.equal(['10.1.0.0/16']);
    routes.push(route('10.2.0.0/16'));
    expect(read()).to.deep.equal(['10.1.0.0/16', '10.2.0.0/16']);
    routes.shift();
    expect(read()).to.deep.equal(['10.2.0.0/16']);
  });
});
