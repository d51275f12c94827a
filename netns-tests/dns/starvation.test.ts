import { expect } from 'chai';
import type { Background } from '../world/command.js';
import { needsRoot } from '../world/root.js';
import { type Asker, DnsLab } from './lab.js';

/** Generous, since the machine may be busy; without the bounds it is seconds, or no answer at all. */
const boundMs = 300;

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
    it(`${kind}: its neighbour gets every answer, 99 of 100 within ${boundMs} ms`, async () => {
      floods.push(await flooder.flood(kind));
      for (const name of ['web', 'x.org']) {
        const { answered, p99 } = await web.measure(name, 200);
        expect(answered, name).to.equal(200);
        expect(p99, name).to.be.below(boundMs);
      }
      expect(await web.dig('+tcp web')).to.equal('172.30.0.2');
    });
  }

  it('goes on after all of it, in both containers', async () => {
    expect(await flooder.dig('web')).to.equal('172.30.0.2');
    // Its own questions have four seconds to be answered; until then it has no more to ask.
    const deadline = performance.now() + 6000;
    let answer = '';
    while (answer !== '192.0.2.101' && performance.now() < deadline) {
      answer = await flooder.dig('x.org');
    }
    expect(answer).to.equal('192.0.2.101');
    expect(await web.dig('x.org')).to.equal('192.0.2.101');
    expect((await lab.docker('ps -q')).split('\n')).to.have.length(2);
  });
});
