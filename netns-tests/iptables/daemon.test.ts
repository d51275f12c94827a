import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestDaemon } from '../world/daemon.js';
import { eventually } from '../world/eventually.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';
import { saved } from './saved.js';

/** What a reload of everything by an admin's own script begins with. */
const flushes = ['iptables', 'ip6tables'].flatMap((program) =>
  ['filter', 'nat', 'raw', 'mangle'].flatMap((table) =>
    ['-F', '-X'].map((verb) => `${program} -t ${table} ${verb}`),
  ),
);
/** Rules of others that must outlive all that the daemon does. */
const foreign = [
  'iptables -A FORWARD -s 203.0.113.9/32 -j DROP',
  'iptables -t nat -A POSTROUTING -s 203.0.113.8/32 -j RETURN',
  'ip6tables -t raw -A PREROUTING -s 2001:db8:9::/64 -j ACCEPT',
];

/** Tests in the order of a story: what one leaves, the next finds. */
describe('a daemon with the iptables backend', () => {
  let world: World;
  let daemon: TestDaemon;
  /** The rules before there was a container. */
  let fresh: string;

  const host = (line: string) => world.host.must(line);
  const configure = (options: object) =>
    writeFileSync(join(world.folder, 'daemon.json'), JSON.stringify(options));
  const restart = async (signal: 'SIGKILL' | 'SIGTERM', options: object) => {
    await daemon.stop(signal);
    configure({ 'live-restore': true, ...options });
    await daemon.start();
  };
  const isServed = async ({ ipv6 = true } = {}) => {
    expect(await world.outside.ask('tcp', '192.0.2.2', 8080)).to.equal('web');
    if (ipv6) expect(await world.outside.ask('tcp', '2001:db8:1::2', 8080)).to.equal('web');
  };
  const standing = () => saved(world.host);
  const driver = async () =>
    (await daemon.api.must<{ FirewallBackend: { Driver: string } }>('GET', '/info')).FirewallBackend
      .Driver;
  /** Waits for the daemon to notice. */
  const healed = (wanted: string) =>
    eventually(async () => expect(rulesOf(await standing())).to.deep.equal(rulesOf(wanted)));

  before(async function () {
    needsRoot.call(this);
    world = await World.create();
    for (const line of foreign) await host(line);
    await host('iptables -N DOCKER-ISOLATION-STAGE-1');
    await host('iptables -A DOCKER-ISOLATION-STAGE-1 -j RETURN');
    await host('iptables -A FORWARD -j DOCKER-ISOLATION-STAGE-1');
    await host('iptables -N DOCKER-USER');
    await host('iptables -A DOCKER-USER -s 203.0.113.7/32 -j DROP');
    const config = join(world.folder, 'daemon.json');
    configure({ 'live-restore': true, 'firewall-backend': 'iptables' });
    daemon = await TestDaemon.start(world.host, ['--config-file', config]);
    fresh = await standing();
    await daemon.pull();
    await daemon.must('network create --ipv6 net');
    const serve = ['nc', '-ll', '-p', '80', '-e', 'echo', 'web'];
    const options = ['--network', 'net', '--name', 'web', '-p', '8080:80'];
    await daemon.mustRun(['run', '-d', ...options, 'tsnet/busybox', ...serve]);
  });
  after(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  it('serves a published port and says what it works with', async () => {
    await isServed();
    expect(await driver()).to.equal('iptables');
    expect(await host('nft list tables')).to.not.match(/ tsnet$/m);
  });

  it('has the chains that scripts look for, after those of the admin', async () => {
    await host('iptables -C FORWARD -j DOCKER-USER');
    const rules = (await host('iptables -S FORWARD')).split('\n');
    expect(rules.slice(1, 3)).to.deep.equal([
      '-A FORWARD -j DOCKER-USER',
      '-A FORWARD -j DOCKER-FORWARD',
    ]);
    expect(await standing()).to.not.include('ISOLATION');
  });

  it('lets DOCKER-USER have the first word', async () => {
    await host('iptables -A DOCKER-USER -s 192.0.2.1 -j DROP');
    expect(await world.outside.ask('tcp', '192.0.2.2', 8080)).to.equal('timeout');
    await host('iptables -D DOCKER-USER -s 192.0.2.1 -j DROP');
    await isServed();
  });

  it('heals everything, without what was removed before', async () => {
    const wanted = await standing();
    await daemon.mustRun(['run', '-d', '--name', 'gone', '-p', '8081:81', 'tsnet/busybox', 'top']);
    expect(await standing()).to.include('--dport 8081');
    await daemon.must('rm -f gone');
    // A chain that is repaired meanwhile can't be deleted: that is the script's trouble.
    await world.host.run(['sh', '-c', [...flushes, ...foreign].join('; ')]);
    await eventually(() => host('iptables -A DOCKER-USER -s 203.0.113.7/32 -j DROP'));
    await healed(wanted);
    await isServed();
  });

  it('heals a chain of its own that was flushed, and a rule that was deleted', async () => {
    const wanted = await standing();
    await host('iptables -F DOCKER');
    await healed(wanted);
    await host('ip6tables -t nat -F POSTROUTING');
    await healed(wanted);
  });

  it('heals within a second', async () => {
    const wanted = await standing();
    const repairs = () => daemon.log.match(/another program: repaired/g)?.length ?? 0;
    // A busy machine may take longer now and then, but not each time.
    await eventually(
      async () => {
        const already = repairs();
        await host('iptables -F DOCKER');
        const began = performance.now();
        await eventually(() => expect(repairs()).to.be.above(already), { everyMs: 5 });
        expect(performance.now() - began).to.be.below(1_000);
      },
      { patienceMs: 10_000 },
    );
    await healed(wanted);
  });

  it('does not mind a rule before DOCKER-USER', async () => {
    const rule = 'FORWARD 1 -s 203.0.113.6/32 -j DROP';
    await host(`iptables -I ${rule}`);
    const wanted = await standing();
    await host('iptables -t nat -F DOCKER');
    await healed(wanted);
    await isServed();
    expect((await host('iptables -S FORWARD')).split('\n')[1]).to.include('203.0.113.6');
    await host('iptables -D FORWARD 1');
  });

  it('has the same rules after SIGKILL and a start', async () => {
    const wanted = await standing();
    await restart('SIGKILL', { 'firewall-backend': 'iptables' });
    await isServed();
    expect(rulesOf(await standing())).to.deep.equal(rulesOf(wanted));
    await daemon.stop('SIGKILL');
    await host('iptables -F DOCKER');
    await host('iptables -F FORWARD');
    await host(foreign[0] ?? '');
    await daemon.start();
    await isServed();
    expect(rulesOf(await standing())).to.deep.equal(rulesOf(wanted));
  });

  it('leaves nothing when nftables takes over, but what is the admin’s', async () => {
    await restart('SIGTERM', { 'firewall-backend': 'nftables' });
    expect(await driver()).to.equal('nftables');
    await isServed();
    const rules = await standing();
    expect(rules).to.not.match(/tsnet|DOCKER-FORWARD|DOCKER-CT|:DOCKER /);
    expect(rules).to.include(':FORWARD ACCEPT').and.include('-A FORWARD -j DOCKER-USER');
    expect(rules).to.include('-A DOCKER-USER -s 203.0.113.7/32 -j DROP');
    for (const line of foreign) expect(rules).to.include(line.replace(/^.* -A/, '-A'));
  });

  it('leaves no table of nftables when it takes over again, but the admin’s', async () => {
    await host('nft add table inet tsnet-user');
    await restart('SIGKILL', { 'firewall-backend': 'iptables' });
    await isServed();
    const tables = await host('nft list tables');
    expect(tables)
      .to.include('table inet tsnet-user')
      .and.not.match(/ tsnet$/m);
  });

  it('leaves a family alone that is not its own', async () => {
    await restart('SIGTERM', { 'firewall-backend': 'iptables', ip6tables: false });
    await isServed({ ipv6: false });
    const [four = '', six = ''] = (await standing()).split('# ip6tables');
    expect(four).to.include('DOCKER-FORWARD');
    expect(six).to.not.match(/tsnet|DOCKER-FORWARD/);
    await restart('SIGTERM', { 'firewall-backend': 'iptables', iptables: false, ip6tables: false });
    expect(await driver()).to.equal('none');
    expect(await standing()).to.not.match(/tsnet|DOCKER-FORWARD/);
    await restart('SIGTERM', { 'firewall-backend': 'iptables' });
    await isServed();
  });

  it('has nothing of a container and a network that are removed', async () => {
    await daemon.must('rm -f web');
    await daemon.must('network rm net');
    expect(rulesOf(await standing())).to.deep.equal(rulesOf(fresh));
  });
});

/** Rules without regard to the order of networks, which a restart does not keep. */
function rulesOf(text: string): string[][] {
  return text.split('# ip6tables').map((family) =>
    family
      .split('\n')
      .filter((line) => line.startsWith('-A'))
      .sort(),
  );
}
