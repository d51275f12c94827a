import { expect } from 'chai';
import { useLab } from './lab.js';

describe('endpoints: legacy links', () => {
  for (const filtered of [false, true]) {
    describe(
      filtered ? 'where the firewall sees all frames' : 'where frames pass the firewall by',
      () => {
        const lab = useLab(['--icc=false']);

        before(async function () {
          if (!filtered) return;
          const { code } = await lab.it.world.host.run([
            'sh',
            '-c',
            'echo 1 > /proc/sys/net/bridge/bridge-nf-call-iptables',
          ]);
          if (code !== 0) this.skip();
        });

        it('open the exposed ports of the server to the client, and to nobody else', async () => {
          await lab.it.start('db', '--expose 5432');
          await lab.it.start('web', '--link db:pg');
          await lab.it.start('other');
          const [db, web, other] = await Promise.all(
            ['db', 'web', 'other'].map((name) => lab.it.namespace(name)),
          );
          await db?.echo('tcp/0.0.0.0:5432', 'tcp/0.0.0.0:5433');
          const at = (await lab.it.endpoint('db', 'bridge')).IPAddress;
          expect(await web?.ask('tcp', at, 5432)).to.match(/^db /);
          expect(await web?.ask('tcp', at, 5433)).to.equal('timeout');
          expect(await other?.ask('tcp', at, 5432)).to.equal('timeout');
          expect(await lab.it.exec('web', 'cat /etc/hosts')).to.match(
            new RegExp(`^${at}\\tpg [0-9a-f]{12} db$`, 'm'),
          );
          expect((await lab.it.inspect('web')).HostConfig.Links).to.deep.equal(['/db:/web/pg']);

          await lab.it.ok('stop -t 0 db');
          await lab.it.start('taker');
          const taker = await lab.it.namespace('taker');
          await taker.echo('tcp/0.0.0.0:5432');
          expect((await lab.it.endpoint('taker', 'bridge')).IPAddress).to.equal(at);
          expect(await web?.ask('tcp', at, 5432), 'another at its address').to.equal('timeout');
          await lab.it.ok('rename db postgres');
          await lab.it.ok('start postgres');
          const now = (await lab.it.endpoint('postgres', 'bridge')).IPAddress;
          expect(now).not.to.equal(at);
          const again = await lab.it.namespace('postgres');
          await again.echo('tcp/0.0.0.0:5432');
          expect(await web?.ask('tcp', now, 5432)).to.match(/^postgres /);
          expect(await lab.it.exec('web', 'cat /etc/hosts')).to.include(`${now}\tpg `);
          await lab.it.daemon.stop('SIGKILL');
          await lab.it.daemon.start();
          expect(await web?.ask('tcp', now, 5432)).to.match(/^postgres /);
          expect((await lab.it.inspect('web')).HostConfig.Links).to.deep.equal([
            '/postgres:/web/pg',
          ]);
          await lab.it.ok('rm --link web/pg');
          expect(await web?.ask('tcp', now, 5432), 'taken back').to.equal('timeout');
          expect(await lab.it.exec('web', 'cat /etc/hosts')).not.to.include(now);
          await lab.it.remove(['web', 'postgres', 'other', 'taker']);
        });

        it('want a server that is there and runs', async () => {
          await lab.it.make('db');
          expect(await lab.it.fails('run --rm --link nope tsnet/busybox true')).to.include(
            'could not get container for nope: No such container: nope',
          );
          expect(await lab.it.fails('run --rm --link db tsnet/busybox true')).to.include(
            'Cannot link to a non running container: /db AS /',
          );
          expect(
            await lab.it.fails('run --rm --network host --link db tsnet/busybox true'),
          ).to.include("conflicting options: host type networking can't be used with links");
          await lab.it.remove(['db']);
        });
      },
    );
  }
});
