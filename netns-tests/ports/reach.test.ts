import { expect } from 'chai';
import type { Namespace } from '../world/namespace.js';
import { needsRoot } from '../world/root.js';
import { Publishing } from './publishing.js';

const protocols = ['tcp', 'udp'] as const;
/** The host's addresses on the LAN. */
const lan4 = '192.0.2.2';
const lan6 = '2001:db8:1::2';

describe('published ports are reached', () => {
  let all: Publishing;
  let neighbour: Namespace;
  let web: Namespace;
  let friend: Namespace;
  let dual: Namespace;
  let linkLocal: string;

  before(async function () {
    needsRoot.call(this);
    all = await Publishing.create();
    neighbour = await all.world.neighbour();
    await all.daemon.must('network create four');
    await all.daemon.must('network create --ipv6 six');
    web = await all.run('web', '--network four -p 8080:80/tcp -p 8080:80/udp');
    friend = await all.run('friend', '--network four');
    dual = await all.run('dual', '--network six -p 8081:80/tcp -p 8081:80/udp');
    await all.run('dead', '--network four -p 8082:80');
    await Promise.all([web, dual].map((each) => each.echo('tcp/80', 'udp/80')));
    const addresses = await all.host.ip<{ addr_info: { local: string; scope: string }[] }>(
      '-6 addr show dev eth0',
    );
    const own = addresses.flatMap(({ addr_info: info }) => info);
    linkLocal = own.find(({ scope }) => scope === 'link')?.local ?? '';
  });

  after(() => all?.[Symbol.asyncDispose]());

  it('as both families show', async () => {
    expect((await all.daemon.must('port web 80/tcp')).split('\n')).to.deep.equal([
      '0.0.0.0:8080',
      '[::]:8080',
    ]);
  });

  for (const protocol of protocols) {
    for (const address of ['127.0.0.1', '::1', lan4, lan6]) {
      it(`by the host itself, ${protocol} to ${address}, from an address of the network`, async () => {
        const gateway = await all.inspect('web', '{{.NetworkSettings.Networks.four.Gateway}}');
        expect(await all.host.ask(protocol, address, 8080)).to.equal(`web ${gateway}`);
      });
    }

    it(`by the host itself at ::1 of a dual-stack network, ${protocol}`, async () => {
      const gateway = await all.inspect('dual', '{{.NetworkSettings.Networks.six.IPv6Gateway}}');
      expect(await all.host.ask(protocol, '::1', 8081)).to.equal(`dual ${gateway}`);
      expect(await all.host.ask(protocol, '127.0.0.1', 8081)).to.match(/^dual /);
    });

    it(`by a neighbour, ${protocol}`, async () => {
      expect(await neighbour.ask(protocol, lan4, 8080)).to.equal('web 192.0.2.3');
      expect(await neighbour.ask(protocol, lan6, 8080)).to.match(/^web 172\./);
      expect(await neighbour.ask(protocol, lan6, 8081)).to.equal('dual 2001:db8:1::3');
    });

    it(`by a neighbour's link-local address, ${protocol}`, async () => {
      expect(await neighbour.ask(protocol, `${linkLocal}%eth0`, 8080)).to.match(/^web 172\./);
      expect(await neighbour.ask(protocol, `${linkLocal}%eth0`, 8081)).to.match(/^dual f/);
    });

    it(`by containers of the network and the container itself, ${protocol}`, async () => {
      expect(await friend.ask(protocol, lan4, 8080)).to.match(/^web /);
      expect(await web.ask(protocol, lan4, 8080)).to.match(/^web /);
      expect(await dual.ask(protocol, lan6, 8081)).to.match(/^dual /);
    });
  }

  it('and a dead end is one at once', async () => {
    expect(await all.host.ask('tcp', '::1', 8082)).to.match(/^(refused|ECONNRESET)$/);
  });

  it('with both ends of a stream closing for themselves', async () => {
    // The client sends, closes its side, and must still get the answer to all of it.
    const container = await all.run('half', '--network four -p 8083:81');
    const counting = container.start(['busybox', 'nc', '-ll', '-p', '81', '-e', 'wc', '-c']);
    const bytes = 3_000_000;
    await container.listens(81);
    const line = `head -c ${bytes} /dev/zero | busybox nc ::1 8083`;
    const { stdout } = await all.host.run(['sh', '-c', line]);
    await counting.stop('SIGKILL');
    expect(stdout.trim()).to.equal(String(bytes));
  });
});

describe('without the userland proxy', () => {
  let all: Publishing;

  before(async function () {
    needsRoot.call(this);
    all = await Publishing.create(['--userland-proxy=false']);
  });

  after(() => all?.[Symbol.asyncDispose]());

  it('IPv4 is published and IPv6 of an IPv4 network is not', async () => {
    const web = await all.run('web', '-p 8080:80');
    await web.echo('tcp/80');
    expect(await all.daemon.must('port web 80')).to.equal('0.0.0.0:8080');
    expect(await all.host.ask('tcp', '127.0.0.1', 8080)).to.match(/^web /);
    expect(await all.host.ask('tcp', lan4, 8080)).to.match(/^web /);
    expect(await all.host.ask('tcp', '::1', 8080)).to.equal('refused');
    expect(await web.ask('tcp', lan4, 8080), 'hairpin').to.match(/^web /);
    expect(all.proxies()).to.deep.equal([]);
  });
});
