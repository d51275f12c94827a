import { expect } from 'chai';
import type { Namespace } from '../world/namespace.js';
import { needsRoot } from '../world/root.js';
import { Publishing } from './publishing.js';

/** The host's address on the LAN. */
const lan4 = '192.0.2.2';

describe('published ports without rules of ours (--iptables=false)', () => {
  let all: Publishing;
  let neighbour: Namespace;
  let web: Namespace;

  before(async function () {
    needsRoot.call(this);
    all = await Publishing.create(['--iptables=false', '--ip6tables=false']);
    neighbour = await all.world.neighbour();
    web = await all.run('web', '-p 8080:80 -p 8080:80/udp -p 127.0.0.1:8081:80');
    await web.echo('tcp/80', 'udp/80');
  });

  after(() => all?.[Symbol.asyncDispose]());

  for (const protocol of ['tcp', 'udp'] as const) {
    it(`are served by the proxy, ${protocol}`, async () => {
      expect(await all.host.ask(protocol, '127.0.0.1', 8080)).to.equal('web 172.17.0.1');
      expect(await all.host.ask(protocol, lan4, 8080)).to.equal('web 172.17.0.1');
      expect(await all.host.ask(protocol, '::1', 8080)).to.equal('web 172.17.0.1');
      expect(await neighbour.ask(protocol, lan4, 8080)).to.equal('web 172.17.0.1');
      expect(await web.ask(protocol, lan4, 8080), 'hairpin').to.equal('web 172.17.0.1');
    });
  }

  it('are for the host alone where they say so', async () => {
    expect(await all.host.ask('tcp', '127.0.0.1', 8081)).to.equal('web 172.17.0.1');
    expect(await neighbour.ask('tcp', lan4, 8081)).to.equal('refused');
  });

  it('go on over a restart, and end with the container', async () => {
    await all.daemon.stop('SIGKILL');
    expect(await neighbour.ask('tcp', lan4, 8080)).to.equal('web 172.17.0.1');
    await all.daemon.start();
    expect(await neighbour.ask('tcp', lan4, 8080)).to.equal('web 172.17.0.1');
    await all.daemon.must('rm -f web');
    expect(await neighbour.ask('tcp', lan4, 8080)).to.equal('refused');
  });
});
