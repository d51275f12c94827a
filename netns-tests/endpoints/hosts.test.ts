import { expect } from 'chai';
import { useLab } from './lab.js';

describe('endpoints: /etc/hosts', () => {
  const lab = useLab();
  const hosts = (name: string) => lab.it.exec(name, 'cat /etc/hosts');

  before(async () => {
    await lab.it.ok('network create --subnet 10.70.0.0/24 --ipv6 --subnet fd70::/64 dual');
    await lab.it.ok('network create --subnet 10.71.0.0/24 four');
  });

  it('has lines for IPv6 where the container has it, and none where it switches it off', async () => {
    await lab.it.start('with', '--network dual');
    await lab.it.start('without', '--network dual --sysctl net.ipv6.conf.all.disable_ipv6=1');
    const { GlobalIPv6Address } = await lab.it.endpoint('with', 'dual');
    expect(await hosts('with'))
      .to.include(`${GlobalIPv6Address}\t`)
      .and.include('::1\tlocalhost');
    expect(await hosts('without')).not.to.include('::');
    expect(await lab.it.exec('without', 'ip -6 addr')).to.equal('');
    expect((await lab.it.endpoint('without', 'dual')).GlobalIPv6Address).to.equal('');
    expect(await lab.it.exec('with', 'nslookup -type=a without')).to.include('Address: 10.70.0.');
    expect(await lab.it.exec('with', 'nslookup -type=aaaa without')).not.to.include('Address: fd');
    await lab.it.ok('network disconnect dual without');
    await lab.it.ok('network connect dual without');
    expect(await lab.it.exec('without', 'ip -6 addr')).to.equal('');
    await lab.it.remove(['with', 'without']);
  });

  it('keeps what the user wrote; only the lines of the lost endpoint go', async () => {
    await lab.it.start('web', '--network dual --hostname web.example.org');
    await lab.it.ok('network connect four web');
    const own = (await lab.it.endpoint('web', 'four')).IPAddress;
    expect(await hosts('web')).to.include(`${own}\tweb.example.org`);
    const ns = `${own}\tprefix-web.example.org\n${own}\tweb.example.org mine\n10.9.9.9\tx\n`;
    await lab.it.daemon.mustRun(['exec', 'web', 'sh', '-c', `printf '${ns}' >> /etc/hosts`]);
    const before = await hosts('web');
    await lab.it.ok('network disconnect four web');
    const line = before.split('\n').find((one) => one.startsWith(`${own}\tweb.example.org`));
    expect(await hosts('web')).to.equal(before.replace(`${line}\n`, ''));
    expect(await hosts('web')).to.include(`${own}\tprefix-web.example.org\n`);
    await lab.it.remove(['web']);
  });
});
