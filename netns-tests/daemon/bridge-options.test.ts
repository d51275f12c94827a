import { expect } from 'chai';
import { TestDaemon } from '../world/daemon.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';
import { daemonCommand } from './attempt.js';

const cli = 'docker';

describe('options of tsnetd that shape networks', () => {
  let world: World;

  before(needsRoot);

  beforeEach(async () => {
    world = await World.create();
    await world.host.sysctl('net/ipv4/ip_forward', '0');
  });

  afterEach(() => world?.[Symbol.asyncDispose]());

  async function start(...flags: readonly string[]): Promise<TestDaemon> {
    const daemon = await TestDaemon.start(world.host, flags);
    await daemon.pull();
    return daemon;
  }

  /** A container that sleeps, gone at once when it is stopped. Gives its id. */
  function sleeper(daemon: TestDaemon, name: string, ...options: string[]): Promise<string> {
    const words = ['run', '-d', '--init', '--stop-signal', 'KILL', '--name', name, ...options];
    return daemon.mustRun([...words, 'tsnet/busybox', 'sleep', '600'], { cli });
  }

  function addressOf(daemon: TestDaemon, name: string): Promise<string> {
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
    return daemon.mustRun(['inspect', '-f', format, name], { cli });
  }

  async function pings(daemon: TestDaemon, from: string, address: string): Promise<boolean> {
    const ping = ['exec', from, 'ping', '-c', '1', '-W', '1', address];
    return (await daemon.run(ping, { cli })).stdout.includes(' 1 packets received');
  }

  it('--bip, --mtu: address and size of docker0 and what is on it', async () => {
    const daemon = await start('--bip', '10.9.0.1/24', '--mtu', '1400');
    await using _ = daemon;
    await sleeper(daemon, 'aa');
    const inside = await daemon.must('exec aa ip addr show eth0', { cli });
    expect(inside)
      .to.match(/mtu 1400 /)
      .and.to.match(/inet 10\.9\.0\.\d+\/24/);
    const [docker0] = await world.host.ip<{ mtu: number; addr_info: { local: string }[] }>(
      'addr show docker0',
    );
    expect([docker0?.mtu, docker0?.addr_info[0]?.local]).to.deep.equal([1400, '10.9.0.1']);
    await daemon.must('network create other', { cli });
    const other = await daemon.must('run --rm --network other tsnet/busybox ip addr show eth0', {
      cli,
    });
    expect(other).to.match(/mtu 1500 /);
  });

  it('--bip, --mtu: a restart with others changes docker0', async () => {
    const daemon = await start('--bip', '10.9.0.1/24');
    await using _ = daemon;
    await daemon.stop('SIGTERM');
    const again = world.host.start([
      ...daemonCommand(),
      ...['--data-root', `${daemon.folder}/data`, '--exec-root'],
      ...[`${daemon.folder}/run`, '-H', `unix://${daemon.socket}`, '--bip', '10.8.0.1/24'],
      ...['--mtu', '1300'],
    ]);
    await again.waitFor(/has completed initialization/);
    const link = await world.host.must('ip -o addr show docker0');
    const mtu = await world.host.must('ip link show docker0');
    await again.stop();
    expect(mtu).to.contain('mtu 1300 ');
    expect(link).to.contain('10.8.0.1/24').and.not.to.contain('10.9.0.1');
  });

  it('--icc=false: containers on docker0 are apart, those on other networks are not', async () => {
    const daemon = await start('--icc=false');
    await using _ = daemon;
    await daemon.must('network create web', { cli });
    await sleeper(daemon, 'aa');
    await sleeper(daemon, 'bb');
    await sleeper(daemon, 'cc', '--network', 'web');
    await sleeper(daemon, 'dd', '--network', 'web');
    const [b, d] = [await addressOf(daemon, 'bb'), await addressOf(daemon, 'dd')];
    const answers = [
      await pings(daemon, 'aa', b),
      await pings(daemon, 'cc', d),
      await pings(daemon, 'aa', '192.0.2.1'),
      await world.host.pings(b),
    ];
    expect(answers).to.deep.equal([false, true, true, true]);
  });

  it('by default containers on docker0 reach each other, and leave with the address of the host', async () => {
    const daemon = await start();
    await using _ = daemon;
    await sleeper(daemon, 'aa');
    await sleeper(daemon, 'bb');
    expect(await pings(daemon, 'aa', await addressOf(daemon, 'bb'))).to.equal(true);
    await world.outside.echo('tcp/80');
    const seen = await daemon.must('exec aa nc 192.0.2.1 80', { cli });
    expect(seen).to.equal('outside 192.0.2.2');
    expect((await world.host.must('cat /proc/sys/net/ipv4/ip_forward')).trim()).to.equal('1');
  });

  it('--ip-masq=false: packets leave docker0 with the address of the container', async () => {
    const daemon = await start('--ip-masq=false', '--bip', '10.9.0.1/24');
    await using _ = daemon;
    await sleeper(daemon, 'aa');
    await world.outside.echo('tcp/80');
    await world.outside.must('ip route add 10.9.0.0/24 via 192.0.2.2');
    const seen = await daemon.must('exec aa nc 192.0.2.1 80', { cli });
    expect(seen).to.equal(`outside ${await addressOf(daemon, 'aa')}`);
  });

  it('--ip: where ports of docker0 are published', async () => {
    await world.host.must('ip addr add 192.0.2.77/24 dev eth0');
    const daemon = await start('--ip', '192.0.2.77');
    await using _ = daemon;
    const serve = ['-p', '8080:80', '--stop-signal', 'KILL', 'tsnet/busybox'];
    const nc = ['nc', '-ll', '-p', '80', '-e', 'echo', 'hello'];
    await daemon.mustRun(['run', '-d', '--name', 'ww', ...serve, ...nc], { cli });
    expect(await daemon.must('port ww', { cli })).to.equal('80/tcp -> 192.0.2.77:8080');
    expect(await world.outside.ask('tcp', '192.0.2.77', 8080)).to.equal('hello');
    expect(await world.outside.ask('tcp', '192.0.2.2', 8080)).to.equal('refused');
  });

  it('--default-address-pool: where subnets come from', async () => {
    const daemon = await start('--default-address-pool', 'base=10.20.0.0/16,size=24');
    await using _ = daemon;
    await daemon.must('network create one', { cli });
    await daemon.must('network create two', { cli });
    const names = ['bridge', 'one', 'two'];
    const format = '{{(index .IPAM.Config 0).Subnet}}';
    const subnets = await daemon.mustRun(['network', 'inspect', '-f', format, ...names], { cli });
    expect(subnets.split('\n')).to.deep.equal(['10.20.0.0/24', '10.20.1.0/24', '10.20.2.0/24']);
    const pools = await daemon.mustRun(['info', '-f', '{{json .DefaultAddressPools}}'], { cli });
    expect(JSON.parse(pools)).to.deep.equal([{ Base: '10.20.0.0/16', Size: 24 }]);
  });

  it('--dns, --dns-search, --dns-opt: what containers ask by default', async () => {
    const flags = ['--dns', '192.0.2.1', '--dns', '192.0.2.3', '--dns-search', 'example.test'];
    const daemon = await start(...flags, '--dns-opt', 'ndots:3');
    await using _ = daemon;
    const read = (...options: string[]) =>
      daemon.mustRun(['run', '--rm', ...options, 'tsnet/busybox', 'cat', '/etc/resolv.conf'], {
        cli,
      });
    const plain = await read();
    expect(plain)
      .to.match(/^nameserver 192\.0\.2\.1$/m)
      .and.to.match(/^nameserver 192\.0\.2\.3$/m);
    expect(plain)
      .to.match(/^search example\.test$/m)
      .and.to.match(/^options .*ndots:3/m);
    const own = await read('--dns', '192.0.2.99');
    expect(own)
      .to.match(/^nameserver 192\.0\.2\.99$/m)
      .and.not.to.contain('192.0.2.1\n');
    await daemon.must('network create web', { cli });
    const embedded = await read('--network', 'web');
    expect(embedded)
      .to.match(/^nameserver 127\.0\.0\.11$/m)
      .and.to.contain('192.0.2.1');
  });

  it('--iptables=false: no rules of ours, not even those of a daemon before', async () => {
    const daemon = await start();
    await using _ = daemon;
    expect(await world.host.must('nft list tables')).to.contain('tsnet');
    await daemon.stop('SIGTERM');
    await world.host.must('nft add table ip theirs');
    const without = await TestDaemon.start(world.host, ['--iptables=false', '--ip6tables=false']);
    await using __ = without;
    await without.pull();
    await without.must('network create web', { cli });
    await sleeper(without, 'aa', '-p', '8080:80', '--network', 'web');
    // The admin's own chain is never taken away.
    const tables = (await world.host.must('nft list tables')).trim().split('\n');
    expect(tables.sort()).to.deep.equal(['table inet tsnet-user', 'table ip theirs']);
    expect(await world.host.pings(await addressOf(without, 'aa'))).to.equal(true);
  });

  it('--ip-forward=false: leaves forwarding alone, and containers are told', async () => {
    const before = await world.host.must('cat /proc/sys/net/ipv6/conf/all/forwarding');
    const daemon = await start('--ip-forward=false');
    await using _ = daemon;
    await daemon.must('network create --ipv6 web', { cli });
    const { stdout, stderr, code } = await daemon.run(
      ['run', '--rm', '--network', 'web', 'tsnet/busybox', 'true'],
      { cli },
    );
    expect([code, stdout]).to.deep.equal([0, '']);
    expect(stderr).to.contain('WARNING: IPv4 forwarding is disabled. Networking will not work.');
    const host = await daemon.run(['run', '--rm', '--network', 'host', 'tsnet/busybox', 'true'], {
      cli,
    });
    expect(host.stderr).to.equal('');
    const keys = ['net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding'];
    const values = await Promise.all(keys.map((key) => world.host.must(`cat /proc/sys/${key}`)));
    expect(values).to.deep.equal(['0\n', before]);
  });
});
