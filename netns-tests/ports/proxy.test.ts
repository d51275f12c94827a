import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../world/eventually.js';
import type { Namespace } from '../world/namespace.js';
import { needsRoot } from '../world/root.js';
import { expectAnswers, flowProgram, Publishing, proxiesOf, servedWeb } from './publishing.js';

describe('the userland proxy', () => {
  let all: Publishing;
  let web: Namespace;

  beforeEach(async function () {
    needsRoot.call(this);
    all = await Publishing.create();
    web = await servedWeb(all, '-p 8081:81');
  });

  afterEach(() => all?.[Symbol.asyncDispose]());

  const answers = () => expectAnswers(all);

  it('is one for all ports, and outlives a daemon that is killed, with its flows', async () => {
    const proxy = await all.proxy();
    web.start(['busybox', 'nc', '-ll', '-p', '81', '-e', 'cat']);
    await web.listens(81);
    const flow = all.host.start([process.execPath, flowProgram, '::1', '8081']);
    await flow.waitFor(/^5$/m);
    await all.daemon.stop('SIGKILL');
    await answers();
    await all.daemon.start();
    expect(all.proxies()).to.deep.equal([proxy]);
    await answers();
    const seen = flow.output.length;
    await eventually(() => expect(flow.output.length).to.be.above(seen));
    expect(flow.output).not.to.include('end:');
    expect(await all.refusal('other', '-p [::1]:8080:80')).to.include(
      'Bind for ::1:8080 failed: port is already allocated',
    );
    await all.daemon.must('rm -f web');
    await flow.waitFor(/end:/);
    expect(await all.host.ask('tcp', '::1', 8080)).to.equal('refused');
  });

  it('is replaced when it dies', async () => {
    const proxy = await all.proxy();
    process.kill(proxy, 'SIGKILL');
    await eventually(answers);
    expect(all.proxies()).to.have.length(1).and.not.include(proxy);
  });

  it('is started again by a daemon that finds it dead', async () => {
    await all.daemon.stop('SIGKILL');
    const proxy = await all.proxy();
    process.kill(proxy, 'SIGKILL');
    await all.daemon.start();
    await answers();
    expect(all.proxies()).to.have.length(1);
  });

  it('goes with the last container and the daemon', async () => {
    const { folder } = all.daemon;
    expect(existsSync(join(folder, 'run/proxy.sock'))).to.equal(true);
    await all.daemon.stop('SIGTERM');
    expect(proxiesOf(folder)).to.deep.equal([]);
    expect(existsSync(join(folder, 'run/proxy.sock'))).to.equal(false);
    expect(await all.sockets()).to.deep.equal([]);
    await all.daemon.start();
  });

  it('lets a port go to the next container at once', async () => {
    for (const name of ['one', 'two', 'three']) {
      await all.daemon.must('rm -f web');
      web = await servedWeb(all);
      await answers();
      expect(await all.host.ask('tcp', '127.0.0.1', 8080), name).to.match(/^web 172\./);
    }
    expect(all.proxies()).to.have.length(1);
  });

  it('lets a UDP port go to another address at once', async () => {
    await all.daemon.must('rm -f web');
    web = await all.run('web', '-p [::1]:8080:80/udp -p [::1]:8080:80/tcp');
    await web.echo('tcp/80', 'udp/80');
    await answers();
    expect(await all.host.ask('tcp', '2001:db8:1::2', 8080)).to.equal('refused');
  });
});
