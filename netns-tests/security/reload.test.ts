import { expect } from 'chai';
import { useLab } from '../endpoints/lab.js';
import { eventually } from '../world/eventually.js';
import type { Namespace } from '../world/namespace.js';
import { useInside } from './inside.js';

/** What another program's reload does to rules that aren't its own, wholly or in part. */
interface Damage {
  readonly what: string;
  readonly commands: readonly string[];
  /** Who gets through while it lasts. */
  readonly opens: readonly ('LAN' | 'bridge' | 'loopback')[];
}

const everything: Damage = {
  what: 'all rules are flushed',
  commands: ['nft flush ruleset'],
  opens: ['LAN', 'bridge'],
};

/** By backend. Other programs use the same two ways. */
const damages: Readonly<Record<string, readonly Damage[]>> = {
  nftables: [
    everything,
    {
      what: 'the table is deleted',
      commands: ['nft delete table ip tsnet'],
      opens: ['LAN', 'bridge'],
    },
    {
      what: 'the guard of loopback is flushed',
      commands: ['nft flush chain ip tsnet raw-PREROUTING'],
      opens: ['loopback'],
    },
  ],
  iptables: [
    everything,
    {
      what: 'filter, nat and raw are flushed',
      commands: [
        'iptables -F',
        'iptables -t nat -F',
        'iptables -t raw -F',
        'iptables -t mangle -F',
      ],
      opens: ['LAN', 'bridge'],
    },
    { what: 'raw is flushed', commands: ['iptables -t raw -F'], opens: ['loopback'] },
  ],
};

for (const [backend, list] of Object.entries(damages)) {
  describe(`security: a reload opens nothing for good, ${backend} (CVE-2025-54388, CVE-2025-54410)`, () => {
    // A host whose own policy lets everything through.
    const lab = useLab([`--firewall-backend=${backend}`, '--ip-forward-no-drop']);
    const inside = useInside(lab);
    let host: Namespace;
    let attacks: Readonly<Record<Damage['opens'][number], () => Promise<string>>>;
    let leftover = '';

    before(async () => {
      ({ host } = lab.it.world);
      await lab.it.ok('network create web');
      await lab.it.ok('network create other');
      await lab.it.start('srv', '--network web -p 8080:80 -p 127.0.0.1:8082:82');
      await lab.it.start('stranger', '--network other');
      await lab.it.start('leaver', '--network web -p 8090:90');
      leftover = (await lab.it.endpoint('leaver', 'web')).IPAddress;
      await lab.it.remove(['leaver']);
      const stranger = await inside('stranger');
      await (await inside('srv')).echo('tcp/80', 'tcp/81', 'tcp/82');
      const { IPAddress: address } = await lab.it.endpoint('srv', 'web');
      const neighbour = await lab.it.world.neighbour();
      await neighbour.must(`ip route add ${address} via 192.0.2.2`);
      await neighbour.must('ip addr del 127.0.0.1/8 dev lo');
      await neighbour.must('ip route add 127.0.0.1 via 192.0.2.2');
      await neighbour.sysctl('net/ipv4/conf/eth0/route_localnet', '1');
      attacks = {
        LAN: () => neighbour.ask('tcp', address, 81),
        bridge: () => stranger.ask('tcp', address, 81),
        loopback: () => neighbour.ask('tcp', '127.0.0.1', 8082),
      };
    });

    async function answers(): Promise<Record<string, boolean>> {
      const all = Object.entries(attacks).map(async ([name, attack]) => [
        name,
        (await attack()).startsWith('srv '),
      ]);
      return Object.fromEntries(await Promise.all(all));
    }

    /** Without what changes by itself: counters, flows that were noted, the order of elements. */
    async function rules(): Promise<string[]> {
      const text = await host.must('nft list ruleset');
      return text
        .replaceAll(/counter packets \d+ bytes \d+/g, 'counter')
        .replaceAll(/\tset tracked \{[\s\S]*?\n\t\}/g, '')
        .replaceAll(/elements = \{|\}|,/g, '\n')
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean)
        .sort();
    }

    const shut = { LAN: false, bridge: false, loopback: false };

    for (const { what, commands, opens } of list) {
      it(`when ${what}`, async () => {
        const before = await rules();
        expect(await answers()).to.deep.equal(shut);
        lab.it.daemon.hold('SIGSTOP');
        try {
          for (const command of commands) await host.must(command);
          const open = await answers();
          for (const way of opens) expect(open[way], way).to.equal(true);
        } finally {
          lab.it.daemon.hold('SIGCONT');
        }
        await eventually(async () => expect(await rules()).to.deep.equal(before));
        expect(await answers()).to.deep.equal(shut);
        // Nothing of what is gone has come back.
        expect((await rules()).join('\n')).not.to.match(new RegExp(`${leftover}\\b|8090`));
      });
    }
  });
}
