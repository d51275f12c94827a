import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { eventually } from '../world/eventually.js';
import { needsRoot } from '../world/root.js';
import { Publishing } from './publishing.js';

const none = '0000000000000000';

describe('the userland proxy may do nothing but serve', () => {
  let all: Publishing;
  let proxy: number;

  before(async function () {
    needsRoot.call(this);
    all = await Publishing.create();
    const web = await all.run('web', '-p 80:80 -p 53:53/udp');
    await web.echo('tcp/80', 'udp/53');
    await all.host.ask('tcp', '::1', 80);
    proxy = await all.proxy();
  });

  after(() => all?.[Symbol.asyncDispose]());

  it('without capabilities in any of its threads', () => {
    const threads = readdirSync(`/proc/${proxy}/task`);
    expect(threads).to.have.length.above(1);
    for (const thread of threads) {
      expect(statusOf(proxy, thread)).to.include({
        CapInh: none,
        CapPrm: none,
        CapEff: none,
        CapBnd: none,
        CapAmb: none,
        NoNewPrivs: '1',
      });
    }
  });

  it('nor be looked into by others without capabilities', async () => {
    const exe = (pid: number) =>
      all.host.run(['setpriv', '--bounding-set=-sys_ptrace', 'readlink', `/proc/${pid}/exe`]);
    const other = all.host.start(['setpriv', '--bounding-set=-all', 'sleep', '600']);
    await eventually(async () =>
      expect((await exe(other.pid)).code, 'another process').to.equal(0),
    );
    expect((await exe(proxy)).code, 'the proxy').not.to.equal(0);
  });

  it('with as many descriptors as there may be', () => {
    const [soft, hard] = /Max open files\s+(\d+)\s+(\d+)/
      .exec(procFile(proxy, 'limits'))
      ?.slice(1)
      .map(Number) ?? [0, 0];
    expect(soft).to.equal(hard);
  });

  it('and serves low ports all the same, those that come later too', async () => {
    expect(await all.host.ask('tcp', '::1', 80)).to.match(/^web 172\./);
    expect(await all.host.ask('udp', '::1', 53)).to.match(/^web 172\./);
    const late = await all.run('late', '-p 81:80');
    await late.echo('tcp/80');
    expect(await all.host.ask('tcp', '::1', 81)).to.match(/^late 172\./);
    await all.daemon.must('rm -f late');
    await eventually(async () => expect(await all.host.ask('tcp', '::1', 81)).to.equal('refused'));
  });
});

/** Fields of a thread's status, by name. */
function statusOf(pid: number, thread: string): Record<string, string> {
  const lines = procFile(pid, `task/${thread}/status`).split('\n');
  return Object.fromEntries(lines.map((line) => line.split(/:\s*/, 2)));
}

function procFile(pid: number, path: string): string {
  return readFileSync(`/proc/${pid}/${path}`, 'utf8');
}
