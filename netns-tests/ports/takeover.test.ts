import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Background } from '../world/command.js';
import type { Namespace } from '../world/namespace.js';
import { needsRoot } from '../world/root.js';
import { withOtherProtocol } from './other-version.js';
import { Publishing } from './publishing.js';

const flowProgram = fileURLToPath(new URL('../survive/flow.js', import.meta.url));

describe('a proxy that another daemon left behind', () => {
  let all: Publishing;
  let web: Namespace;

  beforeEach(async function () {
    needsRoot.call(this);
    this.timeout(30_000);
    all = await Publishing.create();
    web = await all.run('web', '-p 8080:80 -p 8080:80/udp -p 8081:81');
    await web.echo('tcp/80', 'udp/80');
  });

  afterEach(() => all?.[Symbol.asyncDispose]());

  const socketFile = () => existsSync(join(all.daemon.folder, 'run/proxy.sock'));
  const answers = async () => {
    for (const protocol of ['tcp', 'udp'] as const) {
      expect(await all.host.ask(protocol, '::1', 8080)).to.match(/^web 172\./);
    }
  };
  const soon = async (isSo: () => boolean, what: string) => {
    for (let attempt = 0; attempt < 150; attempt++) {
      if (isSo()) return;
      await delay(100);
    }
    expect.fail(`it never came to it: ${what}`);
  };
  const goesOn = async (flow: Background) => {
    const seen = flow.output.length;
    await delay(150);
    expect(flow.output.length).to.be.above(seen);
    expect(flow.output).not.to.include('end:');
  };

  it('of another version has its flows to their end, while a new one has the ports', async function () {
    this.timeout(40_000);
    const other = withOtherProtocol();
    try {
      web.start(['busybox', 'nc', '-ll', '-p', '81', '-e', 'cat']);
      await delay(100);
      const flow = all.host.start([process.execPath, flowProgram, '::1', '8081']);
      await flow.waitFor(/^5$/m);
      const old = all.proxy();
      await all.daemon.stop('SIGKILL');
      await all.daemon.start(other.dist);
      await answers();
      expect(all.proxies()).to.have.length(2).and.include(old);
      await goesOn(flow);
      await flow.stop('SIGKILL');
      await soon(() => !all.proxies().includes(old), 'the old proxy ends with its last flow');
      await answers();
      expect(socketFile()).to.equal(true);

      const newer = all.proxy();
      await all.daemon.stop('SIGKILL');
      await all.daemon.start();
      await answers();
      await soon(() => all.proxies().length === 1, 'without flows it ends at once');
      expect(all.proxies()).not.to.include(newer);
    } finally {
      rmSync(other.folder, { recursive: true });
    }
  });

  it('and does not answer is ended, and its ports go on', async function () {
    this.timeout(40_000);
    const stuck = all.proxy();
    await all.daemon.stop('SIGKILL');
    process.kill(stuck, 'SIGSTOP');
    await all.daemon.start();
    await answers();
    expect(all.proxies()).to.have.length(1).and.not.include(stuck);
  });

  it('and died without removing its socket is replaced', async () => {
    await all.daemon.stop('SIGKILL');
    const dead = all.proxy();
    process.kill(dead, 'SIGKILL');
    expect(socketFile()).to.equal(true);
    await all.daemon.start();
    await answers();
    await all.daemon.must('rm -f web');
    await soon(() => all.proxies().length === 0, 'it ends some seconds after its last port');
    expect(socketFile()).to.equal(false);
    web = await all.run('web', '-p 8080:80 -p 8080:80/udp');
    await web.echo('tcp/80', 'udp/80');
    await answers();
  });
});
