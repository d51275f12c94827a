import { expect } from 'chai';
import { useLab } from '../endpoints/lab.js';
import type { Namespace } from '../world/namespace.js';
import { useInside } from './inside.js';
import { load, without } from './tampering.js';

describe('security: translation of published ports', () => {
  // So that the host forwards for others too.
  const lab = useLab(['--ip-forward-no-drop']);
  const inside = useInside(lab);
  let host: Namespace;
  let outside: Namespace;
  let web: Namespace;

  before(async () => {
    ({ host, outside } = lab.it.world);
    await lab.it.ok('network create web');
    await lab.it.start('web', '--network web -p 8080:80');
    await lab.it.start('client', '--network web');
    web = await inside('web');
    await web.echo('tcp/80');
    await outside.echo('tcp/8080');
  });

  it('leaves alone what is on its way to another host (CVE-2025-67499)', async () => {
    const client = await inside('client');
    const neighbour = await lab.it.world.neighbour();
    await neighbour.must('ip route add 198.51.100.9 via 192.0.2.2');
    await outside.must('ip addr add 198.51.100.9/32 dev lo');
    const asked = async () => [
      await client.ask('tcp', '192.0.2.1', 8080),
      await neighbour.ask('tcp', '198.51.100.9', 8080),
    ];
    expect(await asked()).to.deep.equal(['outside 192.0.2.2', 'outside 192.0.2.3']);
    // The same rules, but for any destination.
    await without(lab.it, /fib daddr .*jump publish/, async () => {
      await load(host.path, 'add rule ip tsnet nat-PREROUTING jump publish');
      for (const answer of await asked()) expect(answer).to.match(/^web /);
    });
  });

  it('does not come before another program’s drop, or its translation (CVE-2019-9946)', async () => {
    expect(await outside.ask('tcp', '192.0.2.2', 8080)).to.equal('web 192.0.2.1');
    // After ours, in the same hook: an accept of ours must not end the matter.
    await load(
      host.path,
      `table ip admin {
        chain forward { type filter hook forward priority 10; tcp dport 80 drop; }
      }`,
    );
    expect(await outside.ask('tcp', '192.0.2.2', 8080)).to.equal('timeout');
    await host.must('nft delete table ip admin');
    // Before ours: where the admin sends a port, it goes, whatever is published.
    await host.echo('tcp/9');
    await load(
      host.path,
      `table ip admin {
        chain prerouting { type nat hook prerouting priority dstnat - 5; tcp dport 8080 redirect to :9; }
      }`,
    );
    expect(await outside.ask('tcp', '192.0.2.2', 8080)).to.equal('host 192.0.2.1');
    await host.must('nft delete table ip admin');
    expect(await outside.ask('tcp', '192.0.2.2', 8080)).to.equal('web 192.0.2.1');
  });

  it('never shows a container 127.0.0.1 as the client (CVE-2021-20199)', async () => {
    await load(
      web.path,
      `table ip watch {
        counter loopback {}
        chain in { type filter hook prerouting priority -300; iifname eth0 ip saddr 127.0.0.0/8 counter name loopback; }
      }`,
    );
    const packets = async () =>
      Number(/packets (\d+)/.exec(await web.must('nft list counters'))?.[1] ?? Number.NaN);
    const gateway = (await lab.it.endpoint('web', 'web')).Gateway;
    expect(await host.ask('tcp', '127.0.0.1', 8080)).to.equal(`web ${gateway}`);
    expect(await packets()).to.equal(0);
    await without(lab.it, /FROM HOST/, async () => {
      expect(await host.ask('tcp', '127.0.0.1', 8080)).to.equal('timeout');
    });
    expect(await packets()).to.be.greaterThan(0);
    expect(await outside.ask('tcp', '192.0.2.2', 8080)).to.equal('web 192.0.2.1');
  });
});
