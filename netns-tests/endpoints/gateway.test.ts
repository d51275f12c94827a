import { expect } from 'chai';
import type { Namespace } from '../world/namespace.js';
import { useLab } from './lab.js';

/** The device and gateway of the default route, `eth1 10.73.0.1`; empty without one. */
async function wayOut(ns: Namespace, family: 4 | 6): Promise<string> {
  const routes = await ns.ip<{ dev: string; gateway: string }>(`-${family} route show default`);
  return routes.map(({ dev, gateway }) => `${dev} ${gateway}`).join(' and ');
}

describe('endpoints: the gateway', () => {
  const lab = useLab();
  const cleaning: string[] = [];

  before(async () => {
    await lab.it.ok('network create --subnet 10.72.0.0/24 a4');
    await lab.it.ok('network create --subnet 10.73.0.0/24 --ipv6 --subnet fd73::/64 b46');
    await lab.it.ok('network create --ipv4=false --ipv6 --subnet fd74::/64 c6');
    await lab.it.ok('network create --internal --subnet 10.75.0.0/24 d4in');
  });
  afterEach(() => lab.it.remove(cleaning.splice(0)));

  it('moves with the published port, and a neighbour finds it there', async () => {
    cleaning.push('web');
    const outside = await lab.it.world.neighbour();
    await lab.it.start('web', '--network a4 -p 8080:80');
    const ns = await lab.it.namespace('web');
    await ns.echo('tcp/0.0.0.0:80');
    const asked = () => outside.ask('tcp', '192.0.2.2', 8080);
    const ports = async () => (await lab.it.inspect('web')).NetworkSettings.Ports['80/tcp'];
    expect(await asked()).to.match(/^web /);
    expect(await wayOut(ns, 4)).to.equal('eth0 10.72.0.1');
    // Both families go before one.
    await lab.it.ok('network connect b46 web');
    expect([await wayOut(ns, 4), await wayOut(ns, 6)]).to.deep.equal([
      'eth1 10.73.0.1',
      'eth1 fd73::1',
    ]);
    expect(await asked()).to.match(/^web /);
    expect(await ports()).to.deep.equal([
      { HostIp: '0.0.0.0', HostPort: '8080' },
      { HostIp: '::', HostPort: '8080' },
    ]);
    // A higher priority goes before everything, in its family.
    await lab.it.ok('network disconnect a4 web');
    await lab.it.ok('network connect --gw-priority 1 a4 web');
    expect([await wayOut(ns, 4), await wayOut(ns, 6)]).to.deep.equal([
      'eth0 10.72.0.1',
      'eth1 fd73::1',
    ]);
    expect(await asked()).to.match(/^web /);
    await lab.it.ok('network connect d4in web');
    await lab.it.ok('network disconnect a4 web');
    await lab.it.ok('network disconnect b46 web');
    expect([await wayOut(ns, 4), await wayOut(ns, 6)]).to.deep.equal(['', '']);
    expect(await asked()).to.equal('refused');
    expect(await ports()).to.equal(null);
    await lab.it.ok('network connect a4 web');
    expect(await asked()).to.match(/^web /);
  });

  it('is one for each family, of different networks if need be', async () => {
    cleaning.push('two');
    await lab.it.start('two', '--network a4 --network c6');
    const ns = await lab.it.namespace('two');
    expect(await wayOut(ns, 4)).to.match(/10\.72\.0\.1$/);
    expect(await wayOut(ns, 6)).to.match(/fd74::1$/);
    const { Networks } = (await lab.it.inspect('two')).NetworkSettings;
    expect(Object.keys(Networks).sort()).to.deep.equal(['a4', 'c6']);
  });

  it('stays what it was when a connect fails, as inspect does', async () => {
    cleaning.push('web', 'other');
    await lab.it.start('other', '--network b46 --ip 10.73.0.77');
    await lab.it.start('web', '--network a4 -p 8081:80');
    const ns = await lab.it.namespace('web');
    const seen = async () => [
      (await lab.it.inspect('web')).NetworkSettings,
      await wayOut(ns, 4),
      await ns.must('ip -o addr'),
      await lab.it.exec('web', 'cat /etc/hosts'),
    ];
    const before = await seen();
    expect(await lab.it.fails('network connect --ip 10.73.0.77 b46 web')).to.include('in use');
    expect(await lab.it.fails('network connect --ip 10.99.0.1 b46 web')).to.include(
      'no configured subnet contains IP address 10.99.0.1',
    );
    expect(await seen()).to.deep.equal(before);
  });

  it('can be connected again at once, under the same names', async () => {
    cleaning.push('web');
    await lab.it.start('web', '--network a4');
    await lab.it.ok('network connect --ip 10.73.0.50 b46 web');
    for (let k = 0; k < 5; k++) {
      await lab.it.ok('network disconnect b46 web');
      await lab.it.ok('network connect --ip 10.73.0.50 b46 web');
      const links = await lab.it.exec('web', 'ip -o addr show eth1');
      expect(links).to.include('10.73.0.50/24');
    }
  });
});
