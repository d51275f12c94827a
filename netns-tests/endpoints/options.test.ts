import { expect } from 'chai';
import { useLab } from './lab.js';

describe('endpoints: their options', () => {
  const lab = useLab();
  const cleaning: string[] = [];

  before(async () => {
    await lab.it.ok('network create --subnet 10.76.0.0/24 --ipv6 --subnet fd76::/64 one');
    await lab.it.ok('network create --subnet 10.77.0.0/24 --ipv6 --subnet fd77::/64 two');
  });
  afterEach(() => lab.it.remove(cleaning.splice(0)));

  it('come in the long form, several networks at once', async () => {
    cleaning.push('web');
    await lab.it.start(
      'web',
      '--network name=one,alias=Www,ip=10.76.0.9,ip6=fd76::9,mac-address=02:00:00:00:00:09,' +
        'link-local-ip=169.254.8.8,driver-opt=com.docker.network.endpoint.ifname=lan0 ' +
        '--network name=two,gw-priority=3',
    );
    const addresses = await lab.it.exec('web', 'ip addr show lan0');
    expect(addresses)
      .to.include('inet 10.76.0.9/24')
      .and.include('inet6 fd76::9/64')
      .and.include('inet 169.254.8.8/16')
      .and.include('02:00:00:00:00:09');
    expect(await lab.it.exec('web', 'ip route show default')).to.include('10.77.0.1 dev eth0');
    const one = await lab.it.endpoint('web', 'one');
    expect(one).to.deep.include({
      IPAMConfig: {
        IPv4Address: '10.76.0.9',
        IPv6Address: 'fd76::9',
        LinkLocalIPs: ['169.254.8.8'],
      },
      Aliases: ['www'],
      DriverOpts: { 'com.docker.network.endpoint.ifname': 'lan0' },
    });
    expect(one.DNSNames?.slice(0, 2)).to.deep.equal(['web', 'www']);
    expect((await lab.it.endpoint('web', 'two')).GwPriority).to.equal(3);
    const clash = 'network connect --driver-opt com.docker.network.endpoint.ifname=eth0';
    await lab.it.ok('network disconnect one web');
    expect(await lab.it.fails(`${clash} one web`)).to.include('eth0');
  });

  it('set the interface of the endpoint alone', async () => {
    cleaning.push('web');
    const option = 'com.docker.network.endpoint.sysctls';
    await lab.it.start(
      'web',
      `--network name=one,driver-opt=${option}=net.ipv4.conf.ifname.log_martians=1 --network two`,
    );
    const { dev } = await linkOf('web', '10.76.0.');
    const setting = (link: string) =>
      lab.it.exec('web', `cat /proc/sys/net/ipv4/conf/${link}/log_martians`);
    expect(await setting(dev)).to.equal('1');
    expect(await setting(dev === 'eth0' ? 'eth1' : 'eth0')).to.equal('0');
    await lab.it.ok('network disconnect two web');
    const off = `--driver-opt ${option}=net.ipv6.conf.IFNAME.disable_ipv6=1`;
    await lab.it.ok(`network connect ${off} two web`);
    expect((await lab.it.endpoint('web', 'two')).GlobalIPv6Address).to.equal('');
    expect((await lab.it.endpoint('web', 'one')).GlobalIPv6Address).not.to.equal('');
    expect(await lab.it.exec('web', 'cat /etc/hosts')).not.to.include('fd77::');
  });

  it('of older clients are moved to the endpoint', async () => {
    cleaning.push('old');
    const body = {
      Image: 'tsnet/busybox',
      Cmd: ['sleep', '1000'],
      HostConfig: { NetworkMode: 'one', Sysctls: { 'net.ipv4.conf.eth0.log_martians': '1' } },
    };
    const created = await lab.it.daemon.api.must<{ Warnings: string[] }>(
      'POST',
      '/v1.45/containers/create?name=old',
      body,
    );
    expect(created.Warnings.join()).to.include('Migrated sysctl');
    await lab.it.ok('start old');
    expect(await lab.it.exec('old', 'cat /proc/sys/net/ipv4/conf/eth0/log_martians')).to.equal('1');
  });

  it('keep a MAC that was asked for, and renew one that was not', async () => {
    cleaning.push('asked', 'any');
    await lab.it.start('asked', '--network one --mac-address 02:00:00:00:00:aa');
    await lab.it.start('any', '--network one');
    const macOf = async (name: string) => (await lab.it.endpoint(name, 'one')).MacAddress;
    const before = await macOf('any');
    const { Config } = await lab.it.inspect('any');
    expect(Config.MacAddress ?? '').to.equal('');
    expect((await lab.it.inspect('asked')).Config.MacAddress).to.equal('02:00:00:00:00:aa');
    await lab.it.ok('restart -t 0 asked any');
    expect(await macOf('asked')).to.equal('02:00:00:00:00:aa');
    expect(await macOf('any')).not.to.equal(before);
    await lab.it.daemon.stop('SIGKILL');
    await lab.it.daemon.start();
    expect(await macOf('asked')).to.equal('02:00:00:00:00:aa');
    await lab.it.daemon.api.must('POST', '/networks/two/connect', {
      Container: 'any',
      EndpointConfig: { MacAddress: '02:00:00:00:00:bb' },
    });
    expect((await lab.it.endpoint('any', 'two')).MacAddress).to.equal('02:00:00:00:00:bb');
  });

  it('let an endpoint alone find another by a name', async () => {
    cleaning.push('db', 'web', 'other');
    await lab.it.start('db', '--network one');
    await lab.it.start('web', '--network one --link db:pg');
    await lab.it.start('other', '--network one');
    const { IPAddress } = await lab.it.endpoint('db', 'one');
    expect(await lab.it.exec('web', 'nslookup -type=a pg')).to.include(`Address: ${IPAddress}`);
    expect(await lab.it.fails('exec other nslookup -type=a pg')).not.to.include(IPAddress);
  });

  async function linkOf(name: string, prefix: string): Promise<{ dev: string }> {
    const lines = (await lab.it.exec(name, 'ip -o -4 addr')).split('\n');
    const line = lines.find((one) => one.includes(prefix)) ?? '';
    return { dev: line.split(/\s+/)[1] ?? '' };
  }
});
