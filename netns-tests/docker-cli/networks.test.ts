import { expect } from 'chai';
import { eventually } from '../world/eventually.js';
import { eachDocker, image } from './each.js';

eachDocker('network', (docker) => {
  it('create, ls, inspect, rm', async () => {
    const id = await docker().ok(
      'network create --subnet 10.60.0.0/24 --gateway 10.60.0.254 --ip-range 10.60.0.128/25 --label kind=made --internal lan',
    );
    expect(id).to.match(/^[0-9a-f]{64}$/);
    const [lan] = JSON.parse(await docker().ok('network inspect lan')) as [Record<string, unknown>];
    expect(lan).to.deep.include({
      Name: 'lan',
      Id: id,
      Driver: 'bridge',
      Internal: true,
      Labels: { kind: 'made' },
    });
    expect(await docker().ok('network inspect -f $1 lan', '{{json .IPAM.Config}}')).to.equal(
      '[{"Subnet":"10.60.0.0/24","IPRange":"10.60.0.128/25","Gateway":"10.60.0.254"}]',
    );
    const ls = (flags: string) => docker().ok(`network ls ${flags} --format {{.Name}}`);
    expect(await ls('-f type=builtin')).to.equal('bridge\nhost\nnone');
    expect(await ls('-f type=custom')).to.equal('lan');
    expect(await ls('-f label=kind=made')).to.equal('lan');
    expect(await ls('-f driver=null')).to.equal('none');
    expect(await ls('-f name=la -f dangling=true')).to.equal('lan');
    expect(await ls(`-f id=${id.slice(0, 8)}`)).to.equal('lan');
    expect(await docker().ok('network ls -q --no-trunc -f name=lan')).to.equal(id);
    expect(await docker().ok('network ls -q -f name=lan')).to.equal(id.slice(0, 12));
    expect(await docker().ok('network rm lan')).to.equal('lan');
    expect(await ls('-f type=custom')).to.equal('');
  });

  it('connects a running container under an alias and address, and disconnects it', async () => {
    await docker().ok('network create --subnet 10.61.0.0/24 live');
    const server = await docker().background();
    const client = await docker().background('--network live');
    expect(
      await docker().ok(`network connect --ip 10.61.0.50 --alias web live ${server}`),
    ).to.equal('');
    for (const name of ['web', server]) {
      const answer = await docker().ok(`exec ${client} ping -c 1 -W 2 ${name}`);
      expect(answer).to.include('10.61.0.50');
    }
    const links = await docker().ok(`exec ${server} ip -o link`);
    expect(links).to.include('eth0').and.include('eth1');
    const format = '{{(index .NetworkSettings.Networks "live").IPAddress}}';
    expect(await docker().field(server, format)).to.equal('10.61.0.50');
    const attached = '{{range .Containers}}{{.Name}} {{.IPv4Address}};{{end}}';
    const shown = await docker().ok('network inspect -f $1 live', attached);
    expect(shown).to.include(`${server} 10.61.0.50/24;`).and.include(`${client} 10.61.0.2/24;`);
    expect(await docker().fails('network rm live')).to.include('has active endpoints');
    await docker().ok(`network disconnect live ${server}`);
    expect(await docker().ok(`exec ${server} ip -o link`)).not.to.include('eth1');
    expect((await docker().run(['exec', client, 'nslookup', 'web'])).code).not.to.equal(0);
    expect(await docker().fails(`network disconnect live ${server}`)).to.include(
      'is not connected to',
    );
    await docker().ok(`network disconnect -f live ${client}`);
    await docker().ok('network rm live');
  });

  it('keeps what was connected over a restart', async () => {
    await docker().ok('network create kept');
    const name = await docker().background();
    await docker().ok(`network connect --alias other kept ${name}`);
    await docker().ok(`restart -t 0 ${name}`);
    const peer = `run --rm --network kept ${image} ping -c 1 -W 2 other`;
    expect(await docker().ok(peer)).to.include('1 packets received');
    await docker().ok(`rm -f ${name}`);
    await docker().ok('network rm kept');
  });

  it('run: --network, --network-alias, --ip, host, none, container:', async () => {
    await docker().ok('network create --subnet 10.62.0.0/24 own');
    const one = await docker().background('--network own --network-alias app --ip 10.62.0.77');
    expect(await docker().ok(`run --rm --network own ${image} ping -c 1 -W 2 app`)).to.include(
      '10.62.0.77',
    );
    const same = await docker().ok(`run --rm --network container:${one} ${image} ip -o -4 addr`);
    expect(same).to.include('10.62.0.77/24');
    expect(await docker().ok(`run --rm --network none ${image} ip -o link`)).to.match(
      /^1: lo:[^\n]*$/,
    );
    expect(await docker().ok(`run --rm --network host ${image} ip -o -4 addr`)).to.include(
      '192.0.2.2/24',
    );
    await docker().ok(`rm -f ${one}`);
    await docker().ok('network rm own');
  });

  it('publishes ports to the host and the LAN, and gives them back', async () => {
    const name = await docker().background('-p 8060:80', 'nc -ll -p 80 -e echo hi');
    const ask = (where: string) =>
      docker().world.outside.run(['busybox', 'nc', '-w', '5', where, '8060']);
    await eventually(async () => expect((await ask('192.0.2.2')).stdout).to.equal('hi\n'));
    expect(await docker().ok(`port ${name}`)).to.match(/^80\/tcp -> 0\.0\.0\.0:8060/);
    await docker().ok(`rm -f ${name}`);
    expect((await ask('192.0.2.2')).stdout).to.equal('');
    const random = await docker().background('-p 80');
    expect(await docker().ok(`port ${random} 80/tcp`)).to.match(/^0\.0\.0\.0:\d{4,5}/);
    const exposed = await docker().background('-P --expose 70');
    expect(await docker().ok(`port ${exposed}`)).to.match(/^70\/tcp -> 0\.0\.0\.0:\d{4,5}/);
  });

  it('prunes unused networks, with filters', async () => {
    await docker().ok('network create --label prune=1 one');
    await docker().ok('network create --label prune=2 two');
    await docker().ok('network create used');
    const name = await docker().background('--network used');
    expect(await docker().ok('network prune -f --filter label=prune=1')).to.match(
      /^Deleted Networks:\none\n?$/,
    );
    expect(await docker().ok('network prune -f')).to.match(/^Deleted Networks:\ntwo\n?$/);
    expect(await docker().ok('network prune -f')).to.equal('');
    await docker().ok(`rm -f ${name}`);
    await docker().ok('network rm used');
  });
});
