import { expect } from 'chai';
import { useLan } from './lan.js';

describe('a container on a macvlan and a bridge', () => {
  const lan = useLan();

  before(async () => {
    await lan().network('wire');
    await lan().docker('network create --subnet 10.9.0.0/24 web');
    await lan().docker('network create -d macvlan -o parent=eth0 --subnet 10.8.0.0/24 bare');
  });

  afterEach(async () => {
    await lan().docker('rm -f aa');
  });

  it('leaves by the one with the higher priority, and by the other when that goes', async () => {
    await lan().sleeper('aa', '--network name=web --network name=wire,gw-priority=1');
    expect(await lan().defaultRoutes('aa')).to.deep.equal(['default via 192.0.2.1 dev eth1']);
    await lan().docker('network disconnect wire aa');
    expect(await lan().defaultRoutes('aa')).to.deep.equal(['default via 10.9.0.1 dev eth0']);
    await lan().docker('network connect --gw-priority 2 wire aa');
    expect(await lan().defaultRoutes('aa')).to.deep.equal(['default via 192.0.2.1 dev eth1']);
    expect(await lan().pings('aa', '192.0.2.3')).to.equal(true);
  });

  it('publishes ports only as long as the bridge is its way out', async () => {
    await lan().sleeper('aa', '--network web -p 8080:80');
    expect(await lan().docker('port aa')).to.contain('8080');
    await lan().docker('network connect --gw-priority 1 wire aa');
    expect(await lan().docker('port aa')).to.equal('');
    await lan().docker('network disconnect wire aa');
    expect(await lan().docker('port aa')).to.contain('8080');
  });

  it('counts a macvlan without gateway as a way out, as Docker does: then there is no route', async () => {
    await lan().sleeper('aa', '--network name=web --network name=bare,gw-priority=1');
    expect(await lan().defaultRoutes('aa')).to.deep.equal([]);
    await lan().docker('network disconnect bare aa');
    expect(await lan().defaultRoutes('aa')).to.deep.equal(['default via 10.9.0.1 dev eth0']);
  });
});
