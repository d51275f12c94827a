import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { TestDaemon } from '../world/daemon.js';
import { eventually } from '../world/eventually.js';
import type { Namespace } from '../world/namespace.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';

/** A daemon whose rules others meddle with: with the meddling done, all is soon as it was. */
describe('self-healing of nftables', () => {
  let world: World;
  let daemon: TestDaemon;
  let host: Namespace;
  let neighbour: Namespace;

  before(async function () {
    needsRoot.call(this);
    world = await World.create();
    host = world.host;
    neighbour = await world.neighbour();
    await neighbour.must('ip route add 172.16.0.0/12 via 192.0.2.2');
    daemon = await TestDaemon.start(host);
    await daemon.must('network create one');
    await daemon.must('network create two');
  });
  after(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  /** Our rules, elements sorted; who had connections is packets' doing. */
  const rules = async () =>
    (
      await Promise.all(
        ['ip', 'ip6', 'bridge'].map((family) =>
          host.must(`nft -s list table ${family} tsnet`).catch(() => 'none'),
        ),
      )
    )
      .join('\n')
      .replaceAll(/(set tracked \{[^}]*?)\t\telements = \{[^}]*\}\n/g, '$1')
      .replaceAll(/elements = \{([^}]*)\}/g, (_, list: string) =>
        list
          .split(',')
          .map((element) => element.trim())
          .sort()
          .join('\n'),
      );

  const healed = (expected: string) =>
    eventually(async () => expect(await rules()).to.equal(expected));

  const repairs = () => daemon.log.match(/another program: repaired/g)?.length ?? 0;

  const meddling = [
    'flush ruleset',
    'delete table ip tsnet',
    'flush chain ip tsnet raw-PREROUTING',
    'flush chain ip tsnet mangle-PREROUTING',
    'flush map ip tsnet forward-in',
  ];
  for (const command of meddling) {
    it(`is back soon after: nft ${command}`, async () => {
      const before = await rules();
      await host.must(`nft ${command}`);
      await healed(before);
      // A tug-of-war is another story than five admins.
      await eventually(() => expect(repairs()).to.be.greaterThan(0));
    });
  }

  it('is back within a second', async () => {
    // A busy machine may take longer now and then, but not each time.
    await eventually(
      async () => {
        const already = repairs();
        await host.must('nft delete table ip tsnet');
        const began = performance.now();
        await eventually(() => expect(repairs()).to.be.above(already), { everyMs: 5 });
        expect(performance.now() - began).to.be.below(1_000);
      },
      { patienceMs: 10_000 },
    );
  });

  it('says who it was, once, and does not mind its own changes', async () => {
    await daemon.stop('SIGTERM');
    await daemon.start();
    await daemon.must('network create three');
    await daemon.must('network rm three');
    await delay(100);
    expect(repairs()).to.equal(0);
    await host.must('nft flush ruleset');
    await eventually(() => expect(repairs()).to.equal(1));
    expect(daemon.log).to.match(
      /level=warn msg="firewall rules were changed by another program: repaired" pid=\d+ program=nft/,
    );
    const info = await daemon.api.must<{ FirewallBackend: { Info: string[][] } }>('GET', '/info');
    expect(info.FirewallBackend.Info[0]?.[0]).to.equal('ReloadedAt');
    await host.must('nft add table ip stranger');
    await host.must('nft delete table ip stranger');
    await delay(200);
    expect(repairs()).to.equal(1);
  });

  it('does not bring back what has been deleted', async () => {
    const before = await rules();
    const id = (await daemon.must('network create gone')).slice(0, 12);
    expect(await rules()).to.contain(id);
    await host.must('nft flush ruleset');
    await daemon.must('network rm gone');
    await healed(before);
    expect(await rules()).to.not.contain(id);
  });

  it('has the last word against a program that deletes the rules in a loop, without running hot', async () => {
    const before = await rules();
    const already = repairs();
    const meddle = () => host.must('nft delete table ip tsnet').catch(() => {});
    const warnings = () =>
      daemon.log.match(/another program keeps changing the firewall/g)?.length ?? 0;
    const warned = warnings();
    await eventually(
      async () => {
        await meddle();
        expect(warnings()).to.be.greaterThan(warned);
      },
      { everyMs: 60 },
    );
    for (let i = 0; i < 10; i++) {
      await meddle();
      await delay(60);
    }
    expect(repairs() - already).to.be.lessThan(13);
    await healed(before);
  });

  it('leaves the rules in tsnet-user to the admin: rebuild, restart, the other backend, the end', async () => {
    const list = () => host.must('nft list table inet tsnet-user');
    await host.must('nft add rule inet tsnet-user tsnet-user ip saddr 198.51.100.0/24 drop');
    await host.must('nft add rule inet tsnet-user tsnet-user tcp dport 99 drop comment "mine"');
    const before = await list();
    expect(before).to.contain('"mine"');
    await daemon.stop('SIGKILL');
    await daemon.start();
    expect(await list()).to.equal(before);
    await host.must('nft delete table ip tsnet');
    await eventually(() => host.must('nft list table ip tsnet'));
    expect(await list()).to.equal(before);
    await daemon.stop('SIGTERM');
    expect(await list()).to.equal(before);
    await using other = await TestDaemon.start(host, ['--firewall-backend', 'iptables']);
    expect(await list()).to.equal(before);
    await other.stop('SIGTERM');
    expect(await list()).to.equal(before);
    await daemon.start();
    // Only the admin's own flush takes them away; then the chain is there again, empty.
    await host.must('nft delete table inet tsnet-user');
    await eventually(async () =>
      expect(await list())
        .to.contain('type filter hook forward priority filter - 10')
        .and.not.contain('drop'),
    );
  });
});
