import { expect } from 'chai';
import { eventually } from '../world/eventually.js';
import type { Namespace } from '../world/namespace.js';
import { needsRoot } from '../world/root.js';
import { Publishing } from './publishing.js';

describe('host ports', () => {
  let all: Publishing;

  before(async function () {
    needsRoot.call(this);
    all = await Publishing.create(['-H', 'tcp://127.0.0.1:2375']);
  });

  after(() => all?.[Symbol.asyncDispose]());

  it('are refused where a program of the host has them; the container is not lost', async () => {
    await all.host.echo('tcp/0.0.0.0:8090');
    expect(await all.refusal('late', '-p 8090:80')).to.match(
      /driver failed programming external connectivity on endpoint late \([0-9a-f]{64}\): failed to bind host port 0\.0\.0\.0:8090\/tcp: address already in use/,
    );
    expect(await all.inspect('late', '{{.State.Status}}')).to.equal('created');
    expect(await all.refusal('range', '-p 8050-8099:50-99')).to.include(
      'failed to bind host port 0.0.0.0:8090/tcp: address already in use',
    );
    await all.run('any', '-p 8090-8091:80');
    expect(await all.daemon.must('port any 80')).to.include('0.0.0.0:8091');
  });

  it("are not the daemon's own, nor another container's", async () => {
    expect(await all.refusal('own', '-p 2375:80')).to.include(
      'Bind for 0.0.0.0:2375 failed: port is already allocated',
    );
    await all.run('first', '-p 8100:80');
    expect(await all.refusal('second', '-p 127.0.0.1:8100:80')).to.include(
      'Bind for 127.0.0.1:8100 failed: port is already allocated',
    );
    expect(await all.refusal('third', '-p 192.0.2.77:8100:80')).to.include('Bind for 192.0.2.77');
    expect(await all.refusal('fourth', '-p 192.0.2.77:8101:80')).to.include(
      'failed to bind host port 192.0.2.77:8101/tcp: cannot assign requested address',
    );
  });

  it('are apart on addresses that are apart', async () => {
    const one = await all.run('one', '-p 127.0.0.1:8110:80');
    const two = await all.run('two', '-p 127.0.0.2:8110:80');
    await Promise.all([one, two].map((each) => each.echo('tcp/80')));
    expect(await all.host.ask('tcp', '127.0.0.1', 8110)).to.match(/^one /);
    expect(await all.host.ask('tcp', '127.0.0.2', 8110)).to.match(/^two /);
    expect(await all.host.ask('tcp', '192.0.2.2', 8110)).to.equal('refused');
  });

  it('are taken without a socket where the kernel has no SCTP', async () => {
    await all.run('sctp', '-p 8120:80/sctp');
    expect(await all.daemon.must('port sctp')).to.equal('80/sctp -> 0.0.0.0:8120');
    expect(await all.refusal('sctp2', '-p 8120:80/sctp')).to.include('already allocated');
  });

  it('show as none where the container itself is reached', async () => {
    await all.daemon.must(
      'network create --ipv6 -o com.docker.network.bridge.gateway_mode_ipv6=routed mixed',
    );
    await all.run('mixed', '--network mixed -p 8130:80');
    const ports = await all.inspect('mixed', '{{json .NetworkSettings.Ports}}');
    expect(JSON.parse(ports)).to.deep.equal({
      '80/tcp': [
        { HostIp: '0.0.0.0', HostPort: '8130' },
        { HostIp: '::', HostPort: '' },
      ],
    });
  });
});

describe('a container on a routed network that is not its gateway', () => {
  let all: Publishing;

  before(async function () {
    needsRoot.call(this);
    all = await Publishing.create();
  });

  after(() => all?.[Symbol.asyncDispose]());

  it('is open at its own address nevertheless', async () => {
    const mode = 'com.docker.network.bridge.gateway_mode_ipv4=routed';
    await all.daemon.must(`network create -o ${mode} --subnet 172.30.0.0/24 routed`);
    await all.daemon.must('network create nat');
    const web = await all.run(
      'web',
      '--network name=nat,gw-priority=1 --network routed -p 8080:80',
    );
    await web.echo('tcp/80', 'tcp/81');
    const address = await all.inspect('web', '{{.NetworkSettings.Networks.routed.IPAddress}}');
    const neighbour = await all.world.neighbour();
    await neighbour.must('ip route add 172.30.0.0/24 via 192.0.2.2');
    await web.must('ip route add 192.0.2.0/24 via 172.30.0.1');
    expect(await neighbour.ask('tcp', address, 80)).to.equal('web 192.0.2.3');
    expect(await neighbour.ask('tcp', address, 81)).to.equal('timeout');
    expect(await neighbour.ask('tcp', '192.0.2.2', 8080)).to.match(/^web /);
  });
});

describe('ten thousand ports', () => {
  let all: Publishing;
  let web: Namespace;

  before(async function () {
    needsRoot.call(this);
    all = await Publishing.create();
    web = await all.run('web', '-p 20000-29999:20000-29999');
    await web.echo('tcp/20000', 'tcp/25000', 'tcp/29999');
  });

  after(() => all?.[Symbol.asyncDispose]());

  it('lead there at once, and are told as one range', async () => {
    for (const port of [20_000, 25_000, 29_999]) {
      expect(await all.host.ask('tcp', '127.0.0.1', port)).to.match(/^web /);
    }
    const { stdout } = await all.daemon.run(['ps', '--format', '{{.Ports}}'], { cli: 'docker' });
    expect(stdout.trim()).to.equal(
      '0.0.0.0:20000-29999->20000-29999/tcp, [::]:20000-29999->20000-29999/tcp',
    );
  });

  it('are held against other programs soon, and served by the proxy', async () => {
    await eventually(async () => expect((await all.sockets()).length).to.be.at.least(12_000));
    expect(await all.host.ask('tcp', '::1', 20_000)).to.match(/^web /);
    expect(await all.refusal('other', '-p 25000:80')).to.include('0.0.0.0:25000 failed: port is');
  });

  it('come back with the daemon, and go with the container', async () => {
    await all.daemon.stop('SIGKILL');
    await all.daemon.start();
    expect(await all.host.ask('tcp', '127.0.0.1', 29_999)).to.match(/^web /);
    expect(await all.host.ask('tcp', '::1', 20_000)).to.match(/^web /);
    await all.daemon.must('rm -f web');
    expect(await all.host.ask('tcp', '127.0.0.1', 29_999)).to.match(/refused|timeout/);
    await all.run('next', '-p 25000:80');
    await eventually(async () => expect(await all.sockets()).to.have.length(2));
  });
});
