import { expect } from 'chai';
import type { AttachedStreams, AttachQuery } from '../../api/server/backend.js';
import { attach } from './attach.js';
import type { Container } from './container.js';
import { FakeContext, rejection, settle } from './fake-context.js';
import { exitWith } from './fake-launcher.js';
import { startContainer } from './start.js';
import { pauseContainer } from './stop.js';

const all: AttachQuery = { logs: false, stream: true, stdin: true, stdout: true, stderr: true };

async function textOf({ chunks }: AttachedStreams): Promise<string> {
  let text = '';
  for await (const { stream, data } of chunks) text += `${stream}: ${data.toString()}`;
  return text;
}

describe('attach', () => {
  let world: FakeContext;
  let web: Container;
  beforeEach(async () => {
    world = new FakeContext();
    web = await world.create('web', { OpenStdin: true });
  });
  afterEach(() => world[Symbol.dispose]());

  /** Lets the program say something on both streams. */
  function speak(): void {
    const process = world.launcher.of(web.id);
    process.say('stdout', 'out\n');
    process.say('stderr', 'err\n');
  }

  const selections: [string, Partial<AttachQuery>, string][] = [
    ['everything', {}, 'stdout: out\nstderr: err\n'],
    ['stdout alone', { stderr: false }, 'stdout: out\n'],
    ['stderr alone', { stdout: false }, 'stderr: err\n'],
    ['nothing without stream', { stream: false }, ''],
    [
      'what was said before, too',
      { logs: true },
      'stdout: old out\nstderr: old err\nstdout: out\nstderr: err\n',
    ],
    [
      'just what was said before',
      { logs: true, stream: false, stderr: false },
      'stdout: old out\n',
    ],
  ];
  for (const [what, query, text] of selections) {
    it(`gives ${what}`, async () => {
      await startContainer(world, web);
      speak();
      const streams = await attach(world, web, { ...all, ...query });
      world.launcher.of(web.id).end(exitWith(0));
      expect(await textOf(streams)).to.equal(text);
      expect(world.actions).to.include('attach');
    });
  }

  it('has a stdin if one is asked for and the container keeps it open', async () => {
    await startContainer(world, web);
    expect(await attach(world, web, { ...all, stdin: false })).not.to.have.property('stdin');
    expect((await attach(world, web, all)).stdin).to.equal(world.launcher.of(web.id).stdin);
    const deaf = await world.create('deaf');
    expect(await attach(world, deaf, all)).not.to.have.property('stdin');
  });

  it('refuses a paused container', async () => {
    await startContainer(world, web);
    await pauseContainer(world, web);
    expect((await rejection(attach(world, web, all))).message).to.equal(
      'Container web is paused, unpause the container before attach.',
    );
  });
});

describe('attach before the start', () => {
  let world: FakeContext;
  let web: Container;
  beforeEach(async () => {
    world = new FakeContext();
    web = await world.create('web', { OpenStdin: true });
  });
  afterEach(() => world[Symbol.dispose]());

  it('gets the first byte and brings its input along', async () => {
    const streams = await attach(world, web, all);
    streams.stdin?.write('typed early');
    const text = textOf(streams);
    await startContainer(world, web);
    const process = world.launcher.of(web.id);
    process.say('stdout', 'first');
    await settle();
    expect(String(process.stdin.read())).to.equal('typed early');
    streams.stdin?.end();
    await settle();
    expect(process.stdin.writableEnded).to.equal(true);
    process.end(exitWith(0));
    expect(await text).to.equal('stdout: first');
  });

  it('passes on more than fits at once', async () => {
    const streams = await attach(world, web, all);
    const big = Buffer.alloc(50_000, 'x');
    await startContainer(world, web);
    for (let n = 0; n < 20; n++) streams.stdin?.write(big);
    streams.stdin?.end();
    await settle();
    // What a process doesn't read waits at the client's end.
    expect(world.launcher.of(web.id).stdin.writableLength).to.be.below(2 * big.length);
    let size = 0;
    for await (const part of world.launcher.of(web.id).stdin) size += part.length;
    expect(size).to.equal(20 * big.length);
  });

  it('serves every client', async () => {
    const clients = [await attach(world, web, all), await attach(world, web, all)];
    const texts = clients.map(textOf);
    await startContainer(world, web);
    const process = world.launcher.of(web.id);
    process.say('stdout', 'hi');
    process.end(exitWith(0));
    expect(await Promise.all(texts)).to.deep.equal(['stdout: hi', 'stdout: hi']);
    expect(web.pendingAttaches.size).to.equal(0);
  });

  it('ends when the client goes before the start', async () => {
    const streams = await attach(world, web, all);
    const text = textOf(streams);
    streams.abort();
    expect(await text).to.equal('');
    expect(web.pendingAttaches.size).to.equal(0);
    await startContainer(world, web);
    expect(world.calls).not.to.include('launcher.attach');
  });
});
