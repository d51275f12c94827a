import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Background } from '../world/command.js';
import { eventually } from '../world/eventually.js';
import type { Namespace } from '../world/namespace.js';
import { needsRoot } from '../world/root.js';
import { Publishing } from './publishing.js';

const program = (name: string) => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

describe('the userland proxy under pressure', () => {
  let all: Publishing;
  let web: Namespace;
  let friend: Namespace;

  before(async function () {
    needsRoot.call(this);
    all = await Publishing.create();
    web = await all.run('web', '-p 8080:80 -p 8081:81 -p 8082:82');
    friend = await all.run('friend', '-p 8090:80');
    await Promise.all([web, friend].map((each) => each.echo('tcp/80')));
  });

  after(() => all?.[Symbol.asyncDispose]());

  const crowd = async (port: number, count: number, ...words: string[]): Promise<Background> => {
    const argv = [process.execPath, program('crowd'), '::1', `${port}`, `${count}`, ...words];
    const started = all.host.start(argv);
    await started.waitFor(/ready/);
    return started;
  };
  const othersAnswer = async () => {
    expect(await all.host.ask('tcp', '::1', 8080)).to.match(/^web 172\./);
    expect(await all.host.ask('tcp', '::1', 8090)).to.match(/^friend 172\./);
  };

  it('keeps little of what slow readers do not take', async () => {
    const clients = 20;
    const torrent = web.start([process.execPath, program('torrent'), '81']);
    await torrent.waitFor(/ready/);
    await crowd(8081, 1);
    const before = memoryOf(await all.proxy());
    const deaf = await crowd(8081, clients, 'deaf');
    await delay(2000);
    const perClient = (memoryOf(await all.proxy()) - before) / clients;
    expect(perClient, 'KiB for each client').to.be.below(2048);
    await othersAnswer();
    await deaf.stop('SIGKILL');
    await torrent.stop('SIGKILL');
  });

  it('serves others while connections pile up before a container that takes none', async () => {
    // Its queue is full with the first, so that the container answers no further handshake.
    const line = "require('net').createServer().listen({port:82,host:'0.0.0.0',backlog:1})";
    const server = web.start([
      process.execPath,
      '-e',
      `${line}.on('listening',()=>console.log('ready'))`,
    ]);
    await server.waitFor(/ready/);
    process.kill(server.pid, 'SIGSTOP');
    const pile = await crowd(8082, 500);
    await othersAnswer();
    await eventually(async () => {
      const waiting = await all.host.must('ss -Hnt state syn-sent');
      expect(waiting.trim().split('\n')).to.have.length.above(400);
    });
    await pile.stop('SIGKILL');
    await all.daemon.must('rm -f web');
    const proxy = await all.proxy();
    await eventually(() => expect(descriptorsOf(proxy), 'after the container').to.be.below(50));
    expect(await all.host.ask('tcp', '::1', 8090)).to.match(/^friend 172\./);
    process.kill(server.pid, 'SIGCONT');
  });
});

/** Resident memory of a process in KiB. */
function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** Descriptors of a process: two for each flow, and some more. */
function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
