import { expect } from 'chai';
import type { Background } from '../world/command.js';
import { eventually } from '../world/eventually.js';
import { needsRoot } from '../world/root.js';
import { type Asker, DnsLab } from './lab.js';

/** Generous; without the bounds it is seconds, or no answer at all. */
const boundMs = 300;
/** A busy machine is slow before the flood, too: how many times as slow it may be then. */
const timesCalm = 10;

describe('Embedded DNS: one container cannot starve another', () => {
  let lab: DnsLab;
  let web: Asker;
  let flooder: Asker;
  let floods: Background[] = [];

  before(async function () {
    needsRoot.call(this);
    lab = await DnsLab.create('nameserver 127.0.0.1\n');
    await lab.server(lab.world.host, '127.0.0.1', '192.0.2.101');
    await lab.docker('network create --subnet 172.30.0.0/24 front');
    web = await lab.run('web', '--network front');
    flooder = await lab.run('flooder', '--network front');
  });
  after(() => lab?.[Symbol.asyncDispose]());
  afterEach(async () => {
    await Promise.all(floods.map((flood) => flood.stop('SIGKILL')));
    floods = [];
  });

  for (const kind of ['udp', 'tcp', 'forward', 'loris'] as const) {
    it(`${kind}: its neighbour gets every answer, 99 of 100 soon`, async () => {
      const calm = (await web.measure('web', 200)).p99 ?? 0;
      floods.push(await flooder.flood(kind));
      for (const name of ['web', 'x.org']) {
        const { answered, p99 } = await web.measure(name, 200);
        expect(answered, name).to.equal(200);
        expect(p99, name).to.be.below(Math.max(boundMs, timesCalm * calm));
      }
      expect(await web.dig('+tcp web')).to.equal('172.30.0.2');
    });
  }

  it('goes on after all of it, in both containers', async () => {
    expect(await flooder.dig('web')).to.equal('172.30.0.2');
    // Its own questions have four seconds to be answered; until then it has no more to ask.
    await eventually(async () => expect(await flooder.dig('x.org')).to.equal('192.0.2.101'));
    expect(await web.dig('x.org')).to.equal('192.0.2.101');
    expect((await lab.docker('ps -q')).split('\n')).to.have.length(2);
  });
});
