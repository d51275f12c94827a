import { expect } from 'chai';
import { useLab } from '../endpoints/lab.js';
import type { Namespace } from '../world/namespace.js';
import { useInside } from './inside.js';
import { without } from './tampering.js';

describe('security: hardening', () => {
  const lab = useLab(['--userland-proxy=false']);
  const inside = useInside(lab);
  let host: Namespace;
  let outside: Namespace;

  before(() => {
    ({ host, outside } = lab.it.world);
  });

  it('a port that is held takes no connection while no rule leads it on', async () => {
    await lab.it.start('held', '-p 8080:80 -p 5353:53/udp');
    await (await inside('held')).echo('tcp/80', 'udp/53');
    await host.echo('tcp/9');
    expect(await outside.ask('tcp', '192.0.2.2', 8080)).to.match(/^held /);
    await without(lab.it, /jump publish/, async () => {
      // Neither accepted nor refused: the client tries again and finds the rules.
      expect(await outside.ask('tcp', '192.0.2.2', 8080)).to.equal('timeout');
      expect(await outside.ask('udp', '192.0.2.2', 5353)).to.equal('timeout');
      expect(await outside.ask('tcp', '192.0.2.2', 9)).to.match(/^host /);
      expect(await outside.ask('tcp', '192.0.2.2', 10)).to.equal('refused');
    });
  });

  it('MACs of bridges and containers are random and locally administered', async () => {
    const macs: string[] = [];
    for (let times = 0; times < 3; times++) {
      await lab.it.ok(
        'network create -o com.docker.network.bridge.name=mac --subnet 172.29.0.0/24 mac',
      );
      await lab.it.start('macer', '--network mac');
      const [bridge] = await host.ip<{ address: string }>('link show mac');
      macs.push(bridge?.address ?? '', (await lab.it.endpoint('macer', 'mac')).MacAddress);
      await lab.it.remove(['macer'], ['mac']);
    }
    expect(new Set(macs).size).to.equal(6);
    // The second bit of the first byte, and not the first, which is for groups (IEEE 802).
    for (const mac of macs) expect(Number.parseInt(mac.slice(0, 2), 16) & 3, mac).to.equal(2);
  });

  it('an endpoint sets nothing but its own interface', async () => {
    await lab.it.ok('network create sys');
    const option = 'com.docker.network.endpoint.sysctls';
    const attempt = (name: string, setting: string) =>
      lab.it.daemon.api.ask('POST', `/containers/create?name=${name}`, {
        Image: 'tsnet/busybox',
        Cmd: ['sleep', '1000'],
        StopSignal: 'KILL',
        HostConfig: { NetworkMode: 'sys' },
        NetworkingConfig: { EndpointsConfig: { sys: { DriverOpts: { [option]: setting } } } },
      });
    for (const [at, setting] of [
      'net.ipv4.conf.all.forwarding=1',
      'net.ipv4.conf.eth0.forwarding=1',
      'net.ipv4.ip_forward=1',
      'net.ipv4.conf.IFNAME/../all.forwarding=1',
      'net.ipv4.conf.IFNAME...all.forwarding=1',
      'kernel.hostname=evil',
      'net.ipv4.conf.IFNAME.forwarding=1,net.ipv4.conf.all.forwarding=1',
    ].entries()) {
      const created = await attempt(`sys${at}`, setting);
      const { status } =
        created.status === 201
          ? await lab.it.daemon.api.ask('POST', `/containers/sys${at}/start`)
          : created;
      expect(status, setting).to.equal(400);
    }
    // The form that is allowed does set the endpoint's interface, and no other one.
    expect((await attempt('good', 'net.ipv4.conf.IFNAME.forwarding=1')).status).to.equal(201);
    await lab.it.ok('start good');
    const good = await inside('good');
    const read = async (link: string) =>
      (await good.must(`cat /proc/sys/net/ipv4/conf/${link}/forwarding`)).trim();
    expect([await read('eth0'), await read('lo'), await read('all')]).to.deep.equal([
      '1',
      '0',
      '0',
    ]);
  });

  it('names of interfaces that would mean something elsewhere are refused', async () => {
    const before = await host.must('ip -o link');
    const evil = [
      'all',
      'default',
      'lo',
      '.',
      '..',
      '-j',
      'a b',
      'a/b',
      'a:b',
      'x"',
      'x;y',
      'br*',
      'sixteen-letters-',
    ];
    for (const name of evil) {
      for (const key of [
        'bridge.name',
        'container_iface_prefix',
        'bridge.trusted_host_interfaces',
      ]) {
        // Interfaces in a list are parted by colons.
        if (key === 'bridge.trusted_host_interfaces' && name === 'a:b') continue;
        const { status, body } = await lab.it.daemon.api.ask('POST', '/networks/create', {
          Name: 'evil',
          Options: { [`com.docker.network.${key}`]: name },
        });
        expect(status, JSON.stringify([key, name, body])).to.equal(400);
      }
    }
    expect(await host.must('ip -o link')).to.equal(before);
  });
});
