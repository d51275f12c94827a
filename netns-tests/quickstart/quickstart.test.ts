import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { must, run } from '../world/command.js';
import { mountsBelow } from '../world/daemon.js';
import type { Namespace } from '../world/namespace.js';
import { needsRoot } from '../world/root.js';
import { snapshot } from '../world/snapshot.js';
import { World } from '../world/world.js';
import { Playground, RUN_TIMEOUT_MS } from './playground.js';

describe('quickstart', function () {
  this.timeout(240_000);
  before(needsRoot);

  describe('in a playground', () => {
    let playground: Playground;
    let machine: Awaited<ReturnType<typeof snapshot>>;
    let output = '';

    before(async () => {
      machine = await snapshot();
      playground = new Playground();
      output = await playground.must();
    });

    after(async () => playground?.[Symbol.asyncDispose]());

    const facts: [what: string, seen: RegExp][] = [
      ['a container, by name', /web greets 172\.18\.0\.\d+/],
      ['the host, published port on 127.0.0.1', /web greets 172\.18\.0\.1/],
      ['the host, published port on its address', /web greets 172\.18\.0\.1/],
      ['the outside, published port (DNAT)', /web greets 192\.0\.2\.1/],
      ['a container, outside (masquerade)', /outside greets 192\.0\.2\.2/],
      ['--network none: loopback and nothing else', /lo/],
      ["--network host: the host's interfaces", /br-[0-9a-f]{12} docker0 eth0 lo( veth\w+){2}/],
      ["--network container:web: web's loopback", /web greets 127\.0\.0\.1/],
    ];
    for (const [what, seen] of facts) {
      it(`shows: ${what}`, () => {
        const line = output.split('\n').find((each) => each.startsWith(`  ${what}:`)) ?? '';
        expect(line.slice(what.length + 3).trim()).to.match(new RegExp(`^${seen.source}$`));
      });
    }

    it('tells how long each step took', () => {
      for (const name of ['packages', 'build', 'world', 'tsnetd', 'image', 'network']) {
        expect(output).to.match(new RegExp(`^ {2}${name} +.+ \\(\\d+\\.\\d\\d s\\)$`, 'm'));
      }
    });

    it('ends with a tree of what there is', () => {
      const tree =
        /├─ bridge +bridge docker0 172\.17\.0\.1\/16\n.*\n.*\n.*└─ web +bridge br-\w+ 172\.18\.0\.1\/16\n.*├─ client +172\.18\.0\.\d\n.*└─ web +172\.18\.0\.\d {2}0\.0\.0\.0:8080->80\/tcp, \[::\]:8080->80\/tcp\n/;
      expect(output).to.match(tree);
    });

    it('leaves the network of the machine alone', async () => {
      expect(await snapshot()).to.deep.equal(machine);
    });

    it('points a shell at it', async () => {
      const { stdout } = await playground.shell("tsnet ps --format '{{.Names}}'");
      expect(stdout.trim().split('\n').sort()).to.deep.equal(['client', 'web']);
    });

    it('changes nothing when all is there', async () => {
      const pid = playground.pid('tsnetd.pid');
      expect(await playground.must()).to.include('answers on');
      expect(playground.pid('tsnetd.pid')).to.equal(pid);
    });

    it('brings back what was killed, and finds the containers running', async () => {
      const { stdout: before } = await playground.shell('tsnet ps -q --no-trunc');
      process.kill(playground.pid('tsnetd.pid'), 'SIGKILL');
      process.kill(playground.pid('outside.pid'), 'SIGKILL');
      const said = await playground.must();
      expect(said).to.include('the web server of outside is back').and.include('outside greets');
      const { stdout: after } = await playground.shell('tsnet ps -q --no-trunc');
      expect(after)
        .to.match(/^[0-9a-f]{64}\n[0-9a-f]{64}\n$/)
        .and.to.equal(before);
    });

    it('says which fact does not hold, and fails', async () => {
      const outside = ['nsenter', `--net=${join(playground.folder, 'run/outside')}`];
      const refusal =
        'add table ip refusal; add chain ip refusal in { type filter hook input priority 0; };' +
        'add rule ip refusal in tcp dport 80 reject with tcp reset';
      await must([...outside, 'nft', refusal]);
      const { code, stderr } = await playground.quickstart();
      await must([...outside, 'nft', 'delete table ip refusal']);
      expect(code).to.equal(1);
      expect(stderr).to.include('FAILED: a container, outside (masquerade)');
      expect(stderr).to.include('the playground is up all the same');
    });

    it('refuses to change sides while it is up', async () => {
      const { code, stderr } = await playground.quickstart('--host');
      expect(code).to.equal(1);
      expect(stderr).to.include('it is up in the other mode (playground)');
    });

    it('leaves nothing behind', async () => {
      const { stdout } = await playground.shell('tsnet ps -q --no-trunc');
      expect(await playground.must('--down')).to.include('are gone');
      expect(playground.leftovers()).to.deep.equal([]);
      const { stdout: groups } = await run(['find', '/sys/fs/cgroup', '-type', 'd']);
      for (const id of stdout.trim().split('\n')) expect(groups).not.to.include(id);
      expect(await snapshot()).to.deep.equal(machine);
    });
  });

  it('lists interfaces while somebody else makes a namespace', async () => {
    const script = `
      mount -t tmpfs none /run && mkdir /run/netns && touch /run/netns/half-made
      ip link add veth-near type veth peer name veth-far
      unshare --net sh -c 'echo; sleep 5' >/run/made & until [ -s /run/made ]; do sleep 0.01; done
      ip link set veth-far netns $!
      . tools/playground/facts.sh
      host=(env) && host_interfaces
      kill $!`;
    const { stdout, stderr } = await run(['unshare', '--mount', '--net', 'bash', '-c', script]);
    expect(stdout.trim()).to.equal('lo veth-near');
    expect(stderr).to.equal('');
  });

  describe('after a reboot or worse', () => {
    /** Kills everything and unmounts: what a reboot does, but for the files. */
    async function reboot(playground: Playground): Promise<string[]> {
      const { stdout } = await playground.shell(
        "tsnet inspect -f '{{.Id}} {{.State.Pid}}' web client",
      );
      const containers = stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' '));
      for (const file of ['tsnetd.pid', 'outside.pid'])
        process.kill(playground.pid(file), 'SIGKILL');
      for (const [, pid] of containers) process.kill(Number(pid), 'SIGKILL');
      for (const path of mountsBelow(playground.folder)) await run(['umount', '--lazy', path]);
      return containers.map(([id = '']) => id);
    }

    it('begins anew', async () => {
      await using playground = new Playground();
      await playground.must();
      await reboot(playground);
      expect(await playground.must()).to.include('two network namespaces');
    });

    it('--down leaves nothing, though the daemon does not start any more', async () => {
      await using playground = new Playground();
      await playground.must();
      const ids = await reboot(playground);
      await run(['rm', '-r', `${playground.folder}/run/host`, `${playground.folder}/run/exec`]);
      await playground.must('--down');
      expect(playground.leftovers()).to.deep.equal([]);
      const { stdout: groups } = await run(['find', '/sys/fs/cgroup', '-type', 'd']);
      for (const id of ids) expect(groups).not.to.include(id);
    });
  });

  describe('interrupted', () => {
    for (const [moment, ms] of [
      ['as soon as its world is made', 0],
      ['while the daemon starts', 100],
    ] as const) {
      it(`leaves nothing behind: ${moment}`, async () => {
        await using playground = new Playground();
        await using running = playground.start();
        await running.waitFor(/^ {2}world /m, RUN_TIMEOUT_MS);
        await delay(ms);
        process.kill(-running.pid, 'SIGINT');
        expect(await running.ended).to.equal(130);
        expect(running.output).to.include('taking it down again');
        expect(playground.leftovers()).to.deep.equal([]);
      });
    }

    it('leaves a working playground once the daemon runs', async () => {
      await using playground = new Playground();
      await using running = playground.start();
      await running.waitFor(/^ {2}network /m, RUN_TIMEOUT_MS);
      process.kill(-running.pid, 'SIGINT');
      expect(await running.ended).to.equal(130);
      expect(await playground.must()).to.include('answers on');
    });
  });

  describe('--host', () => {
    it('works on the network that it is called from, and gives it back as it was', async () => {
      await using world = await World.create();
      await world.host.sysctl('net/ipv4/ip_forward', '0');
      await settled(world.host);
      const before = await snapshot(world.host);
      await using playground = new Playground(world.host.inside([]));
      const output = await playground.must('--host');
      expect(output).to.match(/published port on its address: +web greets 172\.18\.0\.1$/m);
      expect(await world.outside.run(['busybox', 'wget', '-qO-', 'http://192.0.2.2:8080/']))
        .to.have.property('stdout')
        .that.matches(/^web greets 192\.0\.2\.1\n$/);
      await playground.must('--down');
      expect(playground.leftovers()).to.deep.equal([]);
      expect(await snapshot(world.host)).to.deep.equal(before);
    });

    it('leaves a network alone that it was not brought up on', async () => {
      await using world = await World.create();
      await using playground = new Playground(world.host.inside([]));
      await playground.must('--host');
      const { code, stderr } = await run(
        world.outside.inside([
          'env',
          `TSNET_PLAYGROUND=${playground.folder}`,
          './quickstart',
          '--down',
        ]),
      );
      expect([code, stderr]).to.deep.equal([
        1,
        'quickstart: it was brought up in another network namespace: run this there\n',
      ]);
    });
  });

  describe('the command line', () => {
    it('helps', async () => {
      const { code, stdout } = await run(['./quickstart', '--help']);
      expect(code).to.equal(0);
      expect(stdout).to.match(/^Usage: \.\/quickstart \[--host \| --env \| --down \| --help\]\n/);
    });

    for (const args of [['--bogus'], ['up'], ['--down', 'now']]) {
      it(`refuses ${args.join(' ')}`, async () => {
        const { code, stderr } = await run(['./quickstart', ...args]);
        expect(code).to.equal(2);
        expect(stderr).to.include('Usage: ./quickstart');
      });
    }

    it('has no environment to print when nothing is up', async () => {
      await using playground = new Playground();
      const { code, stderr } = await playground.quickstart('--env');
      expect(code).to.equal(1);
      expect(stderr).to.include('nothing is up: run ./quickstart first');
    });

    it('keeps its hands off folders that are not its own', async () => {
      await using playground = new Playground();
      await run(['mkdir', '-p', `${playground.folder}/lib/precious`]);
      const { code, stderr } = await playground.quickstart();
      expect(code).to.equal(1);
      expect(stderr).to.include('is not empty and not ours');
      expect(playground.leftovers()).to.deep.equal(['lib']);
    });
  });
});

/** Waits until the kernel has made sure that nobody else has the addresses. */
async function settled(machine: Namespace): Promise<void> {
  while ((await machine.must('ip -6 addr show tentative')) !== '') await delay(50);
}
