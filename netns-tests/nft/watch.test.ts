import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { openNft, openNftWithPort } from '../../src/native/nft/context.js';
import { openNftElementBatches } from '../../src/native/nft/element-batch.js';
import { exampleEndpoint, exampleNetwork, exampleTable } from '../../src/native/nft/example.js';
import { NftFirewall } from '../../src/native/nft/firewall.js';
import { type NftChange, type NftWatchOptions, watchNft } from '../../src/native/nft/watch.js';
import { eventually } from '../world/eventually.js';
import { isRoot, World } from './world.js';

const user = { family: 'inet', name: 'user' } as const;

describe('nft: hearing of what others change', () => {
  let world: World;
  let things: Disposable[];
  let firewall: NftFirewall;
  let own: number[];
  let heard: NftChange[];

  before(function () {
    if (!isRoot()) this.skip();
  });

  beforeEach(() => {
    world = new World();
    things = [];
    const { nft, port } = world.run(openNftWithPort);
    const batches = world.run(openNftElementBatches);
    things.push(nft, batches);
    firewall = new NftFirewall({ nft, batches, tables: [exampleTable] });
    own = [port, batches.port];
    heard = [];
    world.exec('nft', ['add table inet user; add chain inet user c; add table ip stranger']);
  });

  afterEach(() => {
    for (const thing of things?.reverse() ?? []) thing[Symbol.dispose]();
    world?.[Symbol.dispose]();
  });

  const watch = (options: Partial<NftWatchOptions> = {}) => {
    const onChange = (change: NftChange) => void heard.push(change);
    const all = { tables: [exampleTable], forOthers: [user], own, onChange, ...options };
    const watching = world.run(() => watchNft(all));
    things.push(watching);
    return watching;
  };

  it('hears nothing of its own transactions', async () => {
    watch();
    firewall.replaceAll([]);
    firewall.install([exampleNetwork('br-1'), exampleEndpoint('web', 8080, 2_000)]);
    firewall.rebuild();
    firewall.remove(['endpoint/web']);
    firewall.dropTables();
    await delay(50);
    expect(heard).to.deep.equal([]);
  });

  const meddling = [
    'flush ruleset',
    'delete table ip tsnet-test',
    'flush chain ip tsnet-test into-network',
    'delete element ip tsnet-test published { tcp . 8081 }',
    'add rule ip tsnet-test into-network accept',
    'flush map ip tsnet-test published',
    'add element ip tsnet-test trusted { "eth0" }',
    'delete table inet user',
    'delete chain inet user c',
  ];
  for (const command of meddling) {
    it(`hears of: nft ${command}`, async () => {
      firewall.replaceAll([exampleEndpoint('web', 8080, 3)]);
      watch();
      world.exec('nft', [command]);
      await eventually(() => expect(heard).not.to.deep.equal([]));
      await delay(50);
      expect(heard.map(({ program }) => program)).to.deep.equal(['nft']);
      expect(heard[0]?.pid).to.be.greaterThan(0);
    });
  }

  it('hears of another of our kind, and of one process that changes us twice', async () => {
    firewall.replaceAll([]);
    watch();
    using other = world.run(openNft);
    other.run('add element ip tsnet-test trusted { "eth0" }\n');
    other.run('delete element ip tsnet-test trusted { "eth0" }\n');
    await eventually(() => expect(heard).to.have.length(2));
  });

  it('hears nothing of what others do to theirs', async () => {
    firewall.replaceAll([]);
    watch();
    world.exec('nft', [
      'add chain ip stranger x; add rule inet user c drop; flush chain inet user c',
    ]);
    world.exec('nft', ['delete table ip stranger']);
    await delay(50);
    expect(heard).to.deep.equal([]);
  });

  it('says so when it could not follow, and goes on', async () => {
    firewall.replaceAll([]);
    watch({ queueBytes: 4096 });
    const elements = Array.from({ length: 20_000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    world.exec(
      'nft',
      ['-f', '-'],
      `table ip stranger { set s { type ipv4_addr; elements = { ${elements} }; }; }\n`,
    );
    await eventually(() => expect(heard).to.deep.equal([{}]));
    world.exec('nft', ['flush ruleset']);
    await eventually(() => expect(heard.length).to.be.greaterThan(1));
  });

  it('hears nothing once it is disposed', async () => {
    firewall.replaceAll([]);
    watch()[Symbol.dispose]();
    world.exec('nft', ['flush ruleset']);
    await delay(50);
    expect(heard).to.deep.equal([]);
  });
});
