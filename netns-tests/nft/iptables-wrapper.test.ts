import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { exampleGroup, exampleSave } from '../../src/native/iptables-wrapper/example.js';
import {
  Iptables,
  IptablesError,
  type IptablesGroup,
  type RunTool,
  renderRemoval,
} from '../../src/native/iptables-wrapper/index.js';
import { isRoot, World } from './world.js';

const port = (id: string, dport: number): IptablesGroup => ({
  owner: `endpoint/${id}`,
  chains: [],
  rules: [
    {
      table: 'nat',
      chain: 'TSNET',
      match: ['-p', 'udp', '-m', 'udp', '--dport', String(dport)],
      target: ['DNAT', '--to-destination', '172.17.0.3:53'],
    },
  ],
});

/** The saved rules without comments, counters and the policy of chains. */
function rulesOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /^(-A|:.* - )/.test(line))
    .map((line) => line.replace(/"(network\/4f1a)"/, '$1').replace(/\[.*\]/, ''))
    .sort();
}

for (const variant of ['nft', 'legacy'] as const) {
  const isThere = spawnSync(`iptables-${variant}-save`, ['--version']).status === 0;

  describe(`iptables-wrapper: iptables-${variant} in a namespace of its own`, () => {
    let world: World;
    let iptables: Iptables;

    before(function () {
      if (!isRoot() || !isThere) this.skip();
    });

    beforeEach(() => {
      world = new World();
      const run: RunTool = async ({ command: [program = '', ...args], input }) =>
        world.run(() => {
          const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: 'utf8' });
          return { status: status ?? undefined, stdout, stderr };
        });
      iptables = new Iptables({ variant, run });
    });

    afterEach(() => world?.[Symbol.dispose]());

    const save = () => world.exec(`iptables-${variant}-save`, []);

    it('adds a group as the captured one, and leaves nothing of it', async () => {
      world.exec(`iptables-${variant}`, ['-A', 'FORWARD', '-j', 'ACCEPT']);
      const before = rulesOf(save());
      await iptables.add([exampleGroup]);
      expect(rulesOf(save())).to.deep.equal(
        [...rulesOf(exampleSave), '-A FORWARD -j ACCEPT'].sort(),
      );
      expect(save().indexOf('-j TSNET-FORWARD')).to.be.lessThan(
        save().indexOf('FORWARD -j ACCEPT'),
      );
      await iptables.remove([exampleGroup]);
      expect(rulesOf(save())).to.deep.equal(before);
    });

    it('removes one owner beside another', async () => {
      await iptables.add([exampleGroup]);
      const before = rulesOf(save());
      await iptables.add([port('a', 53), port('b', 54)]);
      await iptables.remove([port('a', 53)]);
      expect(save()).to.include('endpoint/b').and.not.include('endpoint/a');
      await iptables.remove([port('b', 54)]);
      expect(rulesOf(save())).to.deep.equal(before);
    });

    it('removes what is left when some is gone', async () => {
      await iptables.add([exampleGroup]);
      world.exec(`iptables-${variant}`, ['-t', 'nat', '-F', 'POSTROUTING']);
      world.exec(`iptables-${variant}`, ['-F', 'FORWARD']);
      world.exec(`iptables-${variant}`, ['-F', 'TSNET-FORWARD']);
      world.exec(`iptables-${variant}`, ['-X', 'TSNET-FORWARD']);
      await iptables.remove([exampleGroup]);
      expect(rulesOf(save())).to.deep.equal([]);
      await iptables.remove([exampleGroup]);
    });

    it('changes nothing in a table that one bad rule is for', async () => {
      const bad: IptablesGroup = {
        ...port('bad', 53),
        rules: [
          { table: 'filter', chain: 'INPUT', match: [], target: ['ACCEPT'] },
          { table: 'filter', chain: 'INPUT', match: [], target: ['NOWHERE'] },
        ],
      };
      const error = await iptables.add([bad]).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(IptablesError);
      expect(String(error)).to.include('NOWHERE');
      expect(save()).to.not.include('endpoint/bad');
    });

    it('reads every saved rule so that it can be deleted', async () => {
      const rules = [
        [
          '-s',
          '10.0.0.0/8',
          '!',
          '-i',
          'eth0',
          '-p',
          'tcp',
          '-m',
          'multiport',
          '--dports',
          '1,2:9',
        ],
        [
          '-m',
          'comment',
          '--comment',
          'a "b" \\ c $d `e` \'f\'',
          '-m',
          'limit',
          '--limit',
          '3/min',
        ],
        ['-p', 'icmp', '-m', 'icmp', '--icmp-type', '8', '-m', 'mark', '--mark', '0x1/0xff'],
      ];
      for (const rule of rules) {
        world.exec(`iptables-${variant}`, ['-A', 'INPUT', ...rule, '-j', 'ACCEPT']);
      }
      const [filter] = await iptables.save();
      expect(filter?.rules).to.have.length(3);
      await iptables.restore(renderRemoval(filter?.rules ?? [], []));
      expect(rulesOf(save())).to.deep.equal([]);
    });
  });
}
