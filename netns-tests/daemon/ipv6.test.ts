import { expect } from 'chai';
import { TestDaemon } from '../world/daemon.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';

const cli = 'docker';

describe('IPv6', () => {
  let world: World;
  let daemon: TestDaemon;

  before(async function () {
    needsRoot.call(this);
    world = await World.create();
    daemon = await TestDaemon.start(world.host);
    await daemon.pull();
    await daemon.must('network create --ipv6 six', { cli });
    await daemon.must('network create four', { cli });
    await serve('aa', '--network', 'six', '-p', '[::]:8080:80', '-p', '8081:80');
    await serve('bb', '--network', 'six');
    await serve('cc', '--network', 'four', '-p', '8082:80');
  });

  after(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  /** A container that answers on port 80 of both families with its name. */
  function serve(name: string, ...options: string[]): Promise<string> {
    const run = ['run', '-d', '--name', name, '--stop-signal', 'KILL', ...options];
    const nc = ['nc', '-ll', '-p', '80', '-e', 'echo', name];
    return daemon.mustRun([...run, 'tsnet/busybox', ...nc], { cli });
  }

  const inside = (container: string, line: string) =>
    daemon.run(['exec', container, ...line.split(' ')], { cli });

  async function address6(container: string): Promise<string> {
    const format = '{{range .NetworkSettings.Networks}}{{.GlobalIPv6Address}}{{end}}';
    return daemon.mustRun(['inspect', '-f', format, container], { cli });
  }

  it('a network gets a /64 of unique local addresses, and docker shows it', async () => {
    const inspected = await daemon.mustRun(
      ['network', 'inspect', '-f', '{{.EnableIPv6}} {{json .IPAM.Config}}', 'six'],
      { cli },
    );
    expect(inspected).to.match(/^true /);
    const configs = JSON.parse(inspected.slice('true '.length)) as { Subnet: string }[];
    const subnets = configs.map(({ Subnet }) => Subnet).filter((text) => text.includes(':'));
    expect(subnets).to.have.length(1);
    expect(subnets[0]).to.match(/^fd[0-9a-f]{2}:[0-9a-f:]+::\/64$/);
  });

  it('containers have an address of it and reach each other by it and by name', async () => {
    const b = await address6('bb');
    expect(b).to.match(/^fd/);
    expect((await inside('bb', 'ip -6 addr show eth0')).stdout).to.contain(`${b}/64 scope global`);
    expect((await inside('aa', `ping -6 -c 1 -W 1 ${b}`)).stdout).to.contain(' 1 packets received');
    expect((await inside('aa', `nc ${b} 80`)).stdout).to.equal('bb\n');
    const answer = await inside('aa', 'nslookup -type=AAAA bb');
    expect(answer.stdout).to.contain(`Address: ${b}`);
    expect((await inside('aa', 'ping -6 -c 1 -W 1 bb')).stdout).to.contain(' 1 packets received');
  });

  it('leaves with the address of the host, and nobody outside reaches a container directly', async () => {
    await world.outside.echo('tcp/80');
    expect((await inside('aa', 'nc 2001:db8:1::1 80')).stdout).to.equal('outside 2001:db8:1::2\n');
    const a = await address6('aa');
    await world.outside.must(`ip -6 route add ${a}/128 via 2001:db8:1::2`);
    expect(await world.outside.ask('tcp', a, 80)).to.equal('timeout');
    expect(await world.outside.pings(a)).to.equal(false);
  });

  it('publishes on [::], or on both families', async () => {
    expect(await daemon.must('port aa 80', { cli })).to.have.string('[::]:8080');
    const answers = [
      await world.outside.ask('tcp', '2001:db8:1::2', 8080),
      await world.outside.ask('tcp', '192.0.2.2', 8080),
      await world.outside.ask('tcp', '2001:db8:1::2', 8081),
      await world.outside.ask('tcp', '192.0.2.2', 8081),
    ];
    expect(answers).to.deep.equal(['aa', 'refused', 'aa', 'aa']);
  });

  it('has rules in the table of its family', async () => {
    const rules = await world.host.must('nft list table ip6 tsnet');
    expect(rules)
      .to.contain('masquerade')
      .and.to.contain(await address6('aa'));
    const { stdout } = await world.host.run(['cat', '/proc/sys/net/ipv6/conf/all/forwarding']);
    expect(stdout.trim()).to.equal('1');
  });

  it('is not there at all on an IPv4 network, neither in the container nor on its bridge', async () => {
    expect(await address6('cc')).to.equal('');
    expect((await inside('cc', 'cat /proc/net/if_inet6')).stdout).to.not.match(/eth0/);
    const id = await daemon.mustRun(['network', 'inspect', '-f', '{{.Id}}', 'four'], { cli });
    const addresses = await world.host.must(`ip -6 addr show dev br-${id.slice(0, 12)}`);
    expect(addresses).to.equal('');
    // The proxy takes what comes to the host, and speaks IPv4 with the container.
    expect(await world.outside.ask('tcp', '2001:db8:1::2', 8082)).to.equal('cc');
    const answer = await inside('cc', 'nslookup -type=AAAA cc');
    expect(answer.stdout).to.not.contain('Address: fd');
  });

  it('takes a subnet and addresses of the user', async () => {
    await daemon.must('network create --ipv6 --subnet 2001:db8:5::/64 own', { cli });
    const line = 'run --rm --network own --ip6 2001:db8:5::77 tsnet/busybox ip -6 addr show eth0';
    expect(await daemon.must(line, { cli })).to.contain('2001:db8:5::77/64');
    await daemon.must('network rm own', { cli });
  });
});
