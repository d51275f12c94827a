import { expect } from 'chai';
import { eventually } from '../world/eventually.js';
import { type Snapshot, snapshot } from '../world/snapshot.js';
import { useLan } from './lan.js';

describe('macvlan over restarts', () => {
  const lan = useLan();
  let before: Snapshot;

  beforeEach(async () => {
    before = await snapshot(lan().world.host);
  });

  afterEach(async () => {
    await lan().removeAll();
    await lan().isAgain(before);
  });

  it('a container that comes back with another MAC is reached at once', async () => {
    await lan().network('wire');
    await lan().sleeper('aa', '--network wire --ip 192.0.2.200');
    expect(await lan().neighbour.pings('192.0.2.200')).to.equal(true);
    const first = await lan().endpoint('aa', 'wire');
    await lan().docker('restart -t 0 aa');
    const second = await lan().endpoint('aa', 'wire');
    expect(second.MacAddress).not.to.equal(first.MacAddress);
    await eventually(async () => {
      const [known] = await lan().neighbour.ip<{ lladdr?: string }>('neigh show 192.0.2.200');
      expect(known?.lladdr).to.equal(second.MacAddress);
    });
    expect(await lan().neighbour.pings('192.0.2.200')).to.equal(true);
  });

  it('a MAC that was asked for is kept, though the old link had it a moment ago', async () => {
    await lan().network('wire');
    await lan().sleeper('aa', '--network wire --mac-address 02:00:00:00:00:77');
    for (let i = 0; i < 3; i++) await lan().docker('restart -t 0 aa');
    expect((await lan().endpoint('aa', 'wire')).MacAddress).to.equal('02:00:00:00:00:77');
    expect(await lan().pings('aa', '192.0.2.3')).to.equal(true);
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`networks are there after the daemon has ended by ${signal}`, async () => {
      await lan().network('wire');
      await lan().docker('network create -d macvlan alone');
      const links = await lan().hostLinks(/./);
      await lan().daemon.stop(signal);
      await lan().daemon.start();
      expect(await lan().hostLinks(/./)).to.deep.equal(links);
      await lan().sleeper('aa', '--network wire');
      await lan().sleeper('bb', '--network alone');
      expect(await lan().pings('aa', '192.0.2.3')).to.equal(true);
    });
  }

  it('a container that outlives its daemon keeps its place, its address and its name', async () => {
    await lan().network('wire');
    await lan().sleeper('aa', '--network wire');
    const { IPAddress, MacAddress } = await lan().endpoint('aa', 'wire');
    await lan().daemon.stop('SIGKILL');
    expect(await lan().neighbour.pings(IPAddress)).to.equal(true);
    await lan().daemon.start();
    expect((await lan().endpoint('aa', 'wire')).MacAddress).to.equal(MacAddress);
    await lan().sleeper('bb', '--network wire');
    expect((await lan().endpoint('bb', 'wire')).IPAddress).not.to.equal(IPAddress);
    expect(await lan().pings('bb', 'aa')).to.equal(true);
  });

  it('a container that dies with its daemon leaves nothing', async () => {
    await lan().network('wire', '-o macvlan_mode=passthru');
    await lan().sleeper('aa', '--network wire');
    const pid = Number(await lan().docker('inspect -f {{.State.Pid}} aa'));
    await lan().daemon.stop('SIGKILL');
    process.kill(pid, 'SIGKILL');
    await lan().daemon.start();
    await lan().sleeper('bb', '--network wire');
    expect(await lan().pings('bb', '192.0.2.3')).to.equal(true);
  });
});
