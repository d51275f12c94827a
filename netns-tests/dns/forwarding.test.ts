import { expect } from 'chai';
import { needsRoot } from '../world/root.js';
import { type Asker, DnsLab, type TestServer } from './lab.js';

/** In the order of the table in docs/dns.md. */
describe('Embedded DNS: forwarding', () => {
  let lab: DnsLab;
  let host: TestServer;
  let outside: TestServer;

  before(async function () {
    needsRoot.call(this);
    lab = await DnsLab.create('nameserver 127.0.0.1\n');
    host = await lab.server(lab.world.host, '127.0.0.1', '192.0.2.101');
    outside = await lab.server(lab.world.outside, '192.0.2.1', '192.0.2.102');
    await lab.docker('network create --subnet 172.30.0.0/24 front');
    await lab.docker('network create --internal --subnet 172.31.0.0/24 closed');
  });
  after(() => lab?.[Symbol.asyncDispose]());

  afterEach(async () => {
    const ids = await lab.docker('ps -aq');
    if (ids !== '') await lab.docker(`rm -f ${ids.split('\n').join(' ')}`);
    host.heard();
    outside.heard();
  });

  it('servers of the host’s file are asked from the host, servers of --dns from the container', async () => {
    const web = await lab.run('web', '--network front');
    expect(await web.dig('x.org')).to.equal('192.0.2.101');
    expect(await web.dig('+tcp x.org')).to.equal('192.0.2.101');
    const own = await lab.run('own', '--network front --dns 127.0.0.1 --dns 192.0.2.1');
    expect(await own.dig('x.org'), 'nobody is at 127.0.0.1 there').to.equal('192.0.2.102');
    expect(host.heard()).to.deep.equal(['udp x.org A', 'udp x.org A']);
    expect(outside.heard()).to.deep.equal(['udp x.org A']);
  });

  it('the next server after REFUSED, SERVFAIL or silence; NXDOMAIN is the answer; SERVFAIL at the end', async () => {
    const web = await lab.run('web', '--network front --dns 127.127.127.1 --dns 192.0.2.1');
    expect(await web.dig('x.org')).to.equal('192.0.2.102');
    expect(await web.dig('nx.org')).to.equal('NXDOMAIN');
    expect(await web.dig('refused.org')).to.equal('SERVFAIL');
    expect(await web.dig('servfail.org')).to.equal('SERVFAIL');
    const start = performance.now();
    expect(await web.dig('silent.org')).to.equal('SERVFAIL');
    expect(performance.now() - start).to.be.within(3500, 15_000);
  });

  it('servers with IPv6 addresses, link-local ones of the host’s file too', async () => {
    const shown = await lab.world.outside.must('ip -6 -o addr show dev lan scope link');
    const linkLocal = /inet6 (fe80::[0-9a-f:]+)/.exec(shown)?.[1] ?? '';
    const six = await lab.server(lab.world.outside, '::', '192.0.2.106');
    lab.rewrite(`nameserver ${linkLocal}%eth0\n`);
    const web = await lab.run('web', '--network front');
    expect(await web.dig('x.org')).to.equal('192.0.2.106');
    lab.rewrite('nameserver 2001:db8:1::1\n');
    const other = await lab.run('other', '--network front');
    expect(await other.dig('x.org')).to.equal('192.0.2.106');
    expect(await other.dig('+tcp x.org')).to.equal('192.0.2.106');
    expect(six.heard()).to.have.length(3);
    lab.rewrite('nameserver 127.0.0.1\n');
    await six.stop();
  });

  it('127.0.0.11 given as a server is not asked', async () => {
    const web = await lab.run('web', '--network front --dns 127.0.0.11');
    expect(await web.dig('x.org')).to.equal('SERVFAIL');
    expect(await web.resolvConf()).to.contain('# NO EXTERNAL NAMESERVERS DEFINED\n');
  });

  it('only the answer to the question under the id that was sent counts', async () => {
    const web = await lab.run('web', '--network front');
    expect(await web.dig('strange.org')).to.equal('192.0.2.101');
    expect(await web.digAll('StRaNgE.oRg')).to.match(/^;StRaNgE\.oRg\.\s+IN\s+A$/m);
  });

  it('what is too long by UDP is cut, and whole by TCP', async () => {
    const web = await lab.run('web', '--network front');
    expect(await web.digAll('+noedns big.org')).to.match(/flags:.* tc/);
    expect((await web.dig('+tcp big.org')).split(' ')).to.have.length(60);
    expect(host.heard()).to.include('tcp big.org A');
  });

  it('names of one label stay in where the user set ndots, and go out else', async () => {
    const strict = await lab.run('strict', '--network front --dns-option ndots:1');
    expect(await strict.dig('mail')).to.equal('');
    expect(await strict.dig('mail.org')).to.equal('192.0.2.101');
    const web = await lab.run('web', '--network front');
    expect(await web.dig('mail')).to.equal('192.0.2.101');
    expect(host.heard()).to.deep.equal(['udp mail.org A', 'udp mail A']);
  });

  describe('internal networks (CVE-2024-29018)', () => {
    const questions = [
      'x.org A',
      'x.org AAAA',
      'x.org TXT',
      'x.org MX',
      'x.org SRV',
      '-x 192.0.2.9',
    ];

    async function expectNothingGoesOut(asker: Asker): Promise<void> {
      host.heard();
      for (const words of questions.flatMap((one) => [one, `+tcp ${one}`])) {
        expect(await asker.dig(words), words).to.equal('SERVFAIL');
      }
      expect(host.heard()).to.deep.equal([]);
    }

    it('nothing goes out by the host, whatever is asked, by UDP and TCP; names are known', async () => {
      const inner = await lab.run('inner', '--network closed');
      const open = await lab.run('open', '--network front');
      await expectNothingGoesOut(inner);
      expect(await inner.dig('inner')).to.equal('172.31.0.2');
      expect(await open.dig('x.org'), 'another container').to.equal('192.0.2.101');
    });

    it('follows connect and disconnect, also while another container has a way out', async () => {
      const web = await lab.run('web', '--network closed');
      const open = await lab.run('open', '--network front');
      for (let round = 0; round < 2; round++) {
        await lab.docker('network connect front web');
        expect(await web.dig('x.org')).to.equal('192.0.2.101');
        expect(await web.dig('+tcp x.org')).to.equal('192.0.2.101');
        await lab.docker('network disconnect front web');
        await expectNothingGoesOut(web);
        expect(await open.dig('x.org')).to.equal('192.0.2.101');
      }
    });

    it('a server of --dns inside the network is asked, from the container', async () => {
      const server = await lab.run('server', '--network closed --ip 172.31.0.53');
      const heard = await lab.server(server, '172.31.0.53', '192.0.2.103');
      const web = await lab.run('web', '--network closed --dns 172.31.0.53 --dns 192.0.2.1');
      expect(await web.dig('x.org')).to.equal('192.0.2.103');
      expect(await web.dig('+tcp x.org')).to.equal('192.0.2.103');
      await heard.stop();
      expect(await web.dig('x.org')).to.equal('SERVFAIL');
      expect(outside.heard(), 'not even the server outside').to.deep.equal([]);
    });

    it('holds after a restart of the daemon', async () => {
      const inner = await lab.run('inner', '--network closed');
      await lab.daemon.stop('SIGKILL');
      await lab.daemon.start();
      await expectNothingGoesOut(inner);
    });
  });

  it('after kill -9 and a new start names and servers are back, also for a client that kept its socket', async () => {
    const web = await lab.run('web', '--network front');
    const samePort = '-b 0.0.0.0#40053';
    expect(await web.dig(`${samePort} web`)).to.equal('172.30.0.2');
    await lab.daemon.stop('SIGKILL');
    expect(await web.dig('+timeout=1 web')).to.equal('TIMEOUT');
    await lab.daemon.start();
    expect(await web.dig(`${samePort} web`)).to.equal('172.30.0.2');
    expect(await web.dig('+tcp web')).to.equal('172.30.0.2');
    expect(await web.dig('x.org')).to.equal('192.0.2.101');
    expect(await web.dig('-x 172.30.0.2')).to.equal('web.front.');
  });
});
