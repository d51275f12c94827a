import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { must } from '../world/command.js';
import { TestDaemon } from '../world/daemon.js';
import type { Namespace } from '../world/namespace.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';

/*
 * The table "beside it" of docs/firewall.md, row by row: rules of the shape that ufw and firewalld load, beside a
 * daemon with each backend, and who then reaches whom. Neither program is needed.
 */

const BRIDGE = 'br-web';
const WEB = resolve('tools/playground/www');
const backends = ['nftables', 'iptables'];

/** ufw decides about what is forwarded in chains that are appended to FORWARD, and else by its policy. */
const ufw = (policy: 'ACCEPT' | 'DROP', ...route: readonly string[]) => ({
  load: ['iptables-restore', '--noflush'],
  input: [
    '*filter',
    `:FORWARD ${policy} [0:0]`,
    ':beside-before - [0:0]',
    ':beside-user - [0:0]',
    '-A FORWARD -j beside-before',
    '-A beside-before -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-A beside-before -j beside-user',
    ...route.map((rule) => `-A beside-user ${rule}`),
    'COMMIT',
    '',
  ].join('\n'),
});

/** firewalld accepts what was translated, then what comes from interfaces of the zone `trusted`. */
const firewalld = (...trusted: readonly string[]) => ({
  load: ['nft', '-f', '-'],
  input: `table inet beside {
    chain forward {
      type filter hook forward priority filter + 10; policy accept;
      ct state { established, related } accept
      ct status dnat accept
      ${trusted.map((name) => `iifname "${name}" accept`).join('\n')}
      reject with icmpx admin-prohibited
    }
  }
  `,
});

/** What the first column of the table says, and the rules behind it. */
const rules: Readonly<Record<string, readonly { load: string[]; input: string }[]>> = {
  'ufw, as installed (`deny (routed)`)': [ufw('DROP')],
  'ufw, `ufw default allow routed`': [ufw('ACCEPT')],
  'ufw, `ufw route allow in on BRIDGE`': [ufw('DROP', `-i ${BRIDGE} -j ACCEPT`)],
  'ufw, any of these': [ufw('DROP'), ufw('ACCEPT'), ufw('DROP', `-i ${BRIDGE} -j ACCEPT`)],
  'firewalld, as installed': [firewalld()],
  'firewalld, bridges in zone `trusted`': [firewalld('docker0', 'br-*')],
};

/** The rows of the table in the document, without the line under its head. */
function rows(): string[][] {
  const lines = readFileSync('docs/firewall.md', 'utf8').split('\n');
  const head = lines.findIndex((line) => line.startsWith('| beside it |'));
  const end = lines.indexOf('', head);
  return lines.slice(head + 2, end).map((line) => line.split(' | ').map(cell));
}

function cell(text: string): string {
  return text.replace(/^\| | \|$/g, '').trim();
}

describe('beside another firewall', () => {
  before(needsRoot);

  it('each row of the document is known', () => {
    expect(new Set(rows().map(([beside]) => beside))).to.deep.equal(new Set(Object.keys(rules)));
  });

  for (const backend of backends) {
    describe(`with ${backend}`, () => {
      const place: { world?: World; daemon?: TestDaemon } = {};
      before(async () => {
        place.world = await World.create();
        place.daemon = await settled(place.world, backend);
      });
      after(async () => {
        await place.daemon?.[Symbol.asyncDispose]();
        await place.world?.[Symbol.asyncDispose]();
      });

      for (const [beside = '', which, ...expected] of rows()) {
        if (which !== backend && which !== 'both') continue;
        for (const set of rules[beside] ?? []) {
          it(`${beside}: ${expected.join(', ')}`, async () => {
            const { world, daemon } = place;
            if (!world || !daemon) throw new Error('no world');
            await must(world.host.inside(set.load), { input: set.input });
            try {
              expect(await reached(world, daemon)).to.deep.equal(here(expected));
            } finally {
              await cleared(world.host);
            }
          });
        }
      }
    });
  }
});

/** Without br_netfilter no IP firewall sees what neighbours send each other. */
function here(expected: readonly string[]): string[] {
  const seen = existsSync('/proc/sys/net/bridge/bridge-nf-call-iptables');
  return expected.map((outcome, column) => (column === 2 && !seen ? 'ok' : outcome));
}

/** A daemon with a network, a published web server and another container; outside has a web server. */
async function settled({ host, outside }: World, backend: string): Promise<TestDaemon> {
  outside.start(['busybox', 'httpd', '-f', '-p', '80', '-h', WEB]);
  const daemon = await TestDaemon.start(host, [`--firewall-backend=${backend}`]);
  await daemon.pull();
  await daemon.must(`network create -o com.docker.network.bridge.name=${BRIDGE} web`);
  const server = `-v ${WEB}:/www:ro tsnet/busybox httpd -f -h /www`;
  await daemon.must(`run -d --name web --network web -p 8080:80 ${server}`);
  await daemon.must('run -d --name client --network web tsnet/busybox sleep 600');
  return daemon;
}

/** The cells of a row: LAN to published port, container to outside, neighbours, host to published port. */
async function reached({ host, outside }: World, daemon: TestDaemon): Promise<string[]> {
  const fetch = (url: string) => ['timeout', '1', 'busybox', 'wget', '-qO-', url];
  const from = async (machine: Namespace, url: string) => (await machine.run(fetch(url))).code;
  const client = async (url: string) =>
    (await daemon.run(['exec', 'client', ...fetch(url).slice(0, 2), ...fetch(url).slice(3)])).code;
  const codes = await Promise.all([
    from(outside, 'http://192.0.2.2:8080/'),
    client('http://192.0.2.1/'),
    client('http://web/'),
    from(host, 'http://192.0.2.2:8080/'),
  ]);
  return codes.map((code) => (code === 0 ? 'ok' : 'no'));
}

/** Takes the rules away again; those of the daemon stay. */
async function cleared(host: Namespace): Promise<void> {
  await host.run(['nft', 'delete', 'table', 'inet', 'beside']);
  for (const line of [
    '-P FORWARD ACCEPT',
    '-D FORWARD -j beside-before',
    '-F beside-before',
    '-F beside-user',
    '-X beside-before',
    '-X beside-user',
  ]) {
    await host.run(['iptables', ...line.split(' ')]);
  }
}
