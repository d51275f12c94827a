import { expect } from 'chai';
import { TestDaemon } from '../world/daemon.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';

interface Step {
  readonly Verb: string;
  readonly Kind: string;
  readonly Where: string;
  readonly What: string;
  readonly Commands: readonly string[];
}

const kinds = (steps: readonly Step[]) => steps.map(({ Kind }) => Kind);

describe('network plan', () => {
  let world: World;
  let daemon: TestDaemon;

  before(async function () {
    needsRoot.call(this);
    world = await World.create();
    daemon = await TestDaemon.start(world.host);
    await daemon.pull();
  });
  after(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  /** Links, rules and sockets of the host. */
  async function stands(): Promise<string> {
    const commands = ['ip -o link', 'ip -o addr', 'nft list ruleset', 'ss -Hltn'];
    return (await Promise.all(commands.map((command) => world.host.must(command)))).join('\n');
  }

  const planned = async (words: string): Promise<Step[]> =>
    JSON.parse(await daemon.must(`network plan ${words}`)) as Step[];

  it('create: shows what then is done, and does nothing', async () => {
    const before = await stands();
    const flags = '--subnet 10.7.0.0/24 -o com.docker.network.bridge.name=br-web web';
    const steps = await planned(`create --format json ${flags}`);
    expect(await stands()).to.equal(before);
    const table = await daemon.must(`network plan create ${flags}`);
    expect(table.split('\n')[0]).to.match(/^STEP {2,}WHERE {2,}ACTION$/);
    expect(table)
      .to.match(/^1 +host +create bridge br-web$/m)
      .and.to.match(/^\d+ +host +add address 10\.7\.0\.1\/24 to br-web$/m)
      .and.to.match(/^ +add element ip tsnet .*br-web/m);
    await daemon.must(`network create ${flags}`);
    const [{ Plan }] = JSON.parse(await daemon.must('network inspect --plan web')) as [
      { Plan: { Network: Step[] } },
    ];
    expect(kinds(Plan.Network)).to.deep.equal(kinds(steps));
    const plain = await daemon.must('network inspect web');
    expect(plain).not.to.contain('"Plan"');
  });

  it('run: shows what the container would need', async () => {
    await daemon.must('network create runs');
    const before = await stands();
    const flags = '--name ww --network runs -p 127.0.0.1:8080:80 tsnet/busybox sleep 600';
    const steps = await planned(`run --format json -d ${flags}`);
    expect(await stands()).to.equal(before);
    expect(await daemon.must('ps -aq')).to.equal('');
    await daemon.must(`run -d --stop-signal KILL ${flags}`);
    const [{ Plan, Containers }] = JSON.parse(await daemon.must('network inspect --plan runs')) as [
      {
        Plan: { Containers: Record<string, Step[]> };
        Containers: Record<string, { IPv4Address: string }>;
      },
    ];
    const done = kinds(Plan.Containers['ww'] ?? []);
    for (const kind of done) expect(kinds(steps)).to.include(kind);
    const [address] = Object.values(Containers);
    expect(steps.map(({ What }) => What)).to.include(`add address ${address?.IPv4Address} to eth0`);
    const rules = steps.flatMap(({ Commands }) => Commands);
    expect(rules.some((rule) => rule.includes('127.0.0.1 . tcp . 8080'))).to.equal(true);
  });

  it('connect: shows the way out that moves', async () => {
    await daemon.must('network create zz');
    await daemon.must('network create aa');
    await daemon.must('run -d --stop-signal KILL --name cc --network zz tsnet/busybox sleep 600');
    const before = await stands();
    const steps = await planned('connect --format json aa cc');
    expect(await stands()).to.equal(before);
    expect(steps.filter(({ Verb }) => Verb === 'undo').map(({ What }) => What)).to.include(
      'add route to default',
    );
    expect(steps.map(({ Where }) => Where)).to.include('container');
    expect(await planned('connect --format json aa ww')).not.to.deep.equal([]);
  });

  it('refuses what the commands refuse', async () => {
    const twice = await daemon.run(['network', 'plan', 'create', 'zz']);
    expect([twice.code, twice.stderr]).to.deep.equal([
      1,
      'Error response from daemon: network with name zz already exists\n',
    ]);
    const nowhere = await daemon.run([
      'network',
      'plan',
      'run',
      '--network',
      'no',
      'tsnet/busybox',
    ]);
    expect(nowhere.stderr).to.contain('network no not found');
    const help = await daemon.must('network plan --help');
    expect(help).to.contain('Show what running a container would do to the network');
  });
});
