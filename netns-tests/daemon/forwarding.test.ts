import { expect } from 'chai';
import { TestDaemon } from '../world/daemon.js';
import type { Namespace } from '../world/namespace.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';

const cli = 'docker';

/** A host with a second network behind it that has nothing to do with containers. */
describe('forwarding for others', () => {
  let world: World;
  let behind: Namespace;

  before(needsRoot);

  beforeEach(async () => {
    world = await World.create();
    behind = await world.namespace('behind');
    const { host, outside } = world;
    await host.must(`ip link add back type veth peer name eth0 netns ${behind.path}`);
    for (const [machine, link, address] of [
      [host, 'back', '203.0.113.1/24'],
      [behind, 'eth0', '203.0.113.2/24'],
    ] as const) {
      await machine.must(`ip addr add ${address} dev ${link}`);
      await machine.must(`ip link set ${link} up`);
    }
    await behind.must('ip route add default via 203.0.113.1');
    await outside.must('ip route add 203.0.113.0/24 via 192.0.2.2');
    await host.sysctl('net/ipv4/ip_forward', '0');
  });

  afterEach(() => world?.[Symbol.asyncDispose]());

  const forwards = () => world.outside.pings('203.0.113.2');

  async function reachesOut(daemon: TestDaemon): Promise<boolean> {
    await daemon.pull();
    const ping = 'run --rm tsnet/busybox ping -c 1 -W 1 192.0.2.1';
    return (await daemon.run(ping.split(' '), { cli })).code === 0;
  }

  it('does not begin because containers need a router', async () => {
    const daemon = await TestDaemon.start(world.host);
    await using _ = daemon;
    expect([await reachesOut(daemon), await forwards()]).to.deep.equal([true, false]);
    await daemon.stop('SIGKILL');
    await daemon.start();
    expect([await reachesOut(daemon), await forwards()]).to.deep.equal([true, false]);
  });

  it('--ip-forward-no-drop: begins', async () => {
    const daemon = await TestDaemon.start(world.host, ['--ip-forward-no-drop']);
    await using _ = daemon;
    expect([await reachesOut(daemon), await forwards()]).to.deep.equal([true, true]);
  });

  it('goes on where the host was a router before', async () => {
    await world.host.sysctl('net/ipv4/ip_forward', '1');
    const daemon = await TestDaemon.start(world.host);
    await using _ = daemon;
    expect([await reachesOut(daemon), await forwards()]).to.deep.equal([true, true]);
  });

  it('--ip-forward=false: neither for containers nor for others', async () => {
    const daemon = await TestDaemon.start(world.host, ['--ip-forward=false']);
    await using _ = daemon;
    expect([await reachesOut(daemon), await forwards()]).to.deep.equal([false, false]);
  });
});
