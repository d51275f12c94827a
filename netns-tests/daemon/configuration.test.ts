import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';
import { Attempts, daemonCommand } from './attempt.js';

describe("tsnetd's configuration", () => {
  let world: World;
  let attempts: Attempts;

  before(async function () {
    needsRoot.call(this);
    world = await World.create();
    attempts = new Attempts(world.host);
  });

  after(async () => {
    await attempts?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  const configFile = (content: unknown): string[] => {
    const path = join(attempts.folder, 'daemon.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return ['--config-file', path];
  };

  const flagRefusals: [string, string | RegExp][] = [
    ['--nonsense', 'unknown flag: --nonsense'],
    ['-x', "unknown shorthand flag: 'x' in -x"],
    ['--bip', 'flag needs an argument: --bip'],
    ['--icc=maybe', /invalid argument "maybe" for "--icc" flag/],
    ['--mtu big', /invalid argument "big" for "--mtu" flag/],
    ['--mtu 20', /invalid mtu "20"/],
    ['serve', 'tsnetd" accepts no arguments, but was given: serve'],
    ['--firewall-backend ipchains', /firewall-backend "ipchains"/],
    ['--log-level loud', /invalid logging level: loud: use debug, info, warn or error/],
    ['--host npipe://x', /invalid listen address "npipe:\/\/x"/],
    ['--label a', 'bad attribute format: a'],
    ['--registry-mirror ftp://x', /invalid mirror/],
    ['--max-concurrent-downloads=-1', 'invalid max concurrent downloads: -1'],
    ['--bip 10.9.0.1', /invalid bip "10.9.0.1"/],
    ['--bip 10.9.0.0/24', /invalid bip "10.9.0.0\/24"/],
    ['--dns nowhere', /invalid dns "nowhere"/],
    ['--ip nowhere', /invalid ip "nowhere"/],
    ['--data-root here', /invalid data-root "here": expected an absolute path/],
    ['--default-address-pool base=10.0.0.0/8', /invalid pool size ""/],
    ['--config-file /nonexistent/daemon.json', /\/nonexistent\/daemon.json/],
  ];
  for (const [line, message] of flagRefusals) {
    it(`refuses ${line} in one line`, async () => {
      const { code, stdout, stderr } = await attempts.run(line.split(' '));
      expect(stderr).to.match(message instanceof RegExp ? message : new RegExp(literally(message)));
      expect([code, stdout, stderr.trimEnd().split('\n').length]).to.deep.equal([1, '', 1]);
    });
  }

  const fileRefusals: [string, unknown, string[], string | RegExp][] = [
    ['an unknown key', { colour: 'red', shape: 1 }, [], /configuration option: colour, shape/],
    ['a value of the wrong type', { icc: 'no' }, [], /"icc" wants a boolean/],
    ['half a number', { mtu: 1400.5 }, [], /"mtu" wants a whole number/],
    ['a text for a list', { hosts: 'unix:///x' }, [], /"hosts" wants a list/],
    ['a flag-only name', { host: ['unix:///x'] }, [], /configuration option: host/],
    ['what is not JSON', '{', [], /invalid JSON/],
    [
      'a key that is also a flag',
      { icc: true },
      ['--icc=false'],
      'specified both as a flag and in the configuration file: icc: (from flag: false, from file: true)',
    ],
    [
      'a list that is also a flag',
      { hosts: ['unix:///x'] },
      ['-H', 'unix:///y'],
      'configuration file: hosts: (from flag: [unix:///y], from file: [unix:///x])',
    ],
  ];
  for (const [what, content, flags, message] of fileRefusals) {
    it(`refuses ${what} in the file`, async () => {
      const { code, stderr } = await attempts.run([...configFile(content), ...flags]);
      expect(stderr).to.match(message instanceof RegExp ? message : new RegExp(literally(message)));
      expect(stderr).to.contain('daemon.json');
      expect(code).to.equal(1);
    });
  }

  it('is checked by --validate, which starts and makes nothing', async () => {
    const file = configFile({
      mtu: 1400,
      dns: ['192.0.2.53'],
      'default-address-pools': [{ base: '10.20.0.0/16', size: 24 }],
    });
    const { code, stdout, stderr } = await attempts.run([...file, '--validate']);
    expect([code, stdout, stderr]).to.deep.equal([0, '', 'configuration OK\n']);
    expect(existsSync(join(attempts.folder, 'data'))).to.equal(false);
    const bad = await attempts.run([...configFile({ colour: 'red' }), '--validate']);
    expect([bad.code, bad.stderr])
      .to.deep.include(1)
      .and.to.match(/colour/);
  });

  it("takes dockerd's keys", async () => {
    const file = configFile({
      bip: '10.9.0.1/24',
      'data-root': '/var/lib/elsewhere',
      debug: true,
      'default-address-pools': [{ base: '10.20.0.0/16', size: 24 }],
      dns: ['192.0.2.53'],
      'dns-opts': ['ndots:2'],
      'dns-search': ['example.test'],
      'exec-root': '/run/elsewhere',
      'firewall-backend': 'nftables',
      hosts: ['unix:///run/elsewhere.sock', 'tcp://127.0.0.1:2375'],
      icc: true,
      ip: '127.0.0.1',
      'ip-forward': false,
      'ip-masq': false,
      iptables: false,
      'live-restore': true,
      'log-level': 'warn',
      mtu: 1400,
      pidfile: '/run/elsewhere.pid',
      'userland-proxy': true,
      'authorization-plugins': ['guard'],
      features: { buildkit: true },
      group: 'root',
      'insecure-registries': ['box:5000'],
      labels: ['a=b'],
      'max-concurrent-downloads': 9,
      proxies: { 'http-proxy': 'http://p:1' },
      'registry-mirrors': ['https://m'],
      'shutdown-timeout': -1,
      tlsverify: true,
      'exec-opts': ['native.cgroupdriver=cgroupfs'],
    });
    // Without the flags for the roots, which would be given twice.
    const { stderr } = await world.host.run([...daemonCommand(), ...file, '--validate']);
    expect(stderr).to.equal('configuration OK\n');
  });

  it('is explained by --help', async () => {
    const { code, stdout } = await attempts.run(['--help']);
    expect(code).to.equal(0);
    for (const flag of ['-H, --host', '--default-address-pool', '--live-restore', '--ip-forward'])
      expect(stdout).to.contain(flag);
  });
});

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
