import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Background } from '../world/command.js';
import { eventually } from '../world/eventually.js';
import type { Namespace } from '../world/namespace.js';
import { needsRoot } from '../world/root.js';
import { withOtherProtocol } from './other-version.js';
import { expectAnswers, flowProgram, Publishing, servedWeb } from './publishing.js';

describe('a proxy that another daemon left behind', () => {
  let all: Publishing;
  let web: Namespace;

  beforeEach(async function () {
    needsRoot.call(this);
    all = await Publishing.create();
    web = await servedWeb(all, '-p 8081:81');
  });

  afterEach(() => all?.[Symbol.asyncDispose]());

  const socketFile = () => existsSync(join(all.daemon.folder, 'run/proxy.sock'));
  const answers = () => expectAnswers(all);
  const goesOn = async (flow: Background) => {
    const seen = flow.output.length;
    await eventually(() => expect(flow.output.length).to.be.above(seen));
    expect(flow.output).not.to.include('end:');
  };

  it('of another version has its flows to their end, while a new one has the ports', async () => {
    const other = withOtherProtocol();
    try {
      web.start(['busybox', 'nc', '-ll', '-p', '81', '-e', 'cat']);
      await web.listens(81);
      const flow = all.host.start([process.execPath, flowProgram, '::1', '8081']);
      await flow.waitFor(/^5$/m);
      const old = await all.proxy();
      await all.daemon.stop('SIGKILL');
      await all.daemon.start(other.dist);
      await answers();
      expect(all.proxies()).to.have.length(2).and.include(old);
      await goesOn(flow);
      await flow.stop('SIGKILL');
      await eventually(() => expect(all.proxies(), 'with its last flow').not.to.include(old));
      await answers();
      expect(socketFile()).to.equal(true);

      const newer = await all.proxy();
      await all.daemon.stop('SIGKILL');
      await all.daemon.start();
      await answers();
      await eventually(() => expect(all.proxies(), 'without flows').to.have.length(1));
      expect(all.proxies()).not.to.include(newer);
    } finally {
      rmSync(other.folder, { recursive: true });
    }
  });

  it('and does not answer is ended, and its ports go on', async () => {
    // It has begun.
    await answers();
    const stuck = await all.proxy();
    await all.daemon.stop('SIGKILL');
    process.kill(stuck, 'SIGSTOP');
    await all.daemon.start();
    await answers();
    expect(all.proxies()).to.have.length(1).and.not.include(stuck);
  });

  it('and died without removing its socket is replaced', async () => {
    await all.daemon.stop('SIGKILL');
    const dead = await all.proxy();
    process.kill(dead, 'SIGKILL');
    expect(socketFile()).to.equal(true);
    await all.daemon.start();
    await answers();
    await all.daemon.must('rm -f web');
    await eventually(() => expect(all.proxies(), 'after its last port').to.have.length(0));
    expect(socketFile()).to.equal(false);
    web = await servedWeb(all);
    await answers();
  });
});
