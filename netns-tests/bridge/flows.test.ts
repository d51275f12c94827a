import { expect } from 'chai';
import { applyPlan, undoPlan } from '../../src/cnm/apply.js';
import { networkRecord } from '../world/records.js';
import { needsRoot } from '../world/root.js';
import { BridgeHost, publish } from './bridge-host.js';

/** A UDP flow that never pauses would keep its translation for ever. */
describe('a UDP client that goes on while its port changes hands', () => {
  let host: BridgeHost;

  before(async function () {
    needsRoot.call(this);
    host = await BridgeHost.create();
  });
  after(async () => {
    await host?.[Symbol.asyncDispose]();
  });

  it('reaches the container that has the port now', async () => {
    const { driver, kernel, world } = host;
    const network = host.network(networkRecord());
    const [old, next] = [
      await host.container('old', network),
      await host.container('next', network),
    ];
    await Promise.all([old.namespace.echo('udp/53'), next.namespace.echo('udp/53')]);
    const bindings = [publish(5353, 53, { protocol: 'udp' })];
    const ask = () => world.outside.ask('udp', '192.0.2.2', 5353, { localPort: 40_000 });

    const before = applyPlan(driver.planPorts(network, old.draft, bindings), kernel);
    expect(await ask()).to.equal('old 192.0.2.1');
    await undoPlan(before, kernel, 'now');
    expect(await ask()).to.equal('refused');
    applyPlan(driver.planPorts(network, next.draft, bindings), kernel);
    expect(await ask()).to.equal('next 192.0.2.1');
  });
});
