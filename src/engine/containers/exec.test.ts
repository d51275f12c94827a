import { expect } from 'chai';
import * as v from 'valibot';
import type { AttachedStreams } from '../../api/server/backend.js';
import { type ExecCreate, execCreate } from '../../api/types/exec.js';
import { Conflict, InvalidParameter, NotFound } from '../../base/errors.js';
import type { Container } from './container.js';
import { Execs } from './exec.js';
import { FakeContext, rejection, settle } from './fake-context.js';
import { exitWith } from './fake-launcher.js';
import { startContainer } from './start.js';
import { pauseContainer } from './stop.js';

const attached = { detach: false, tty: false };

function bodyOf(over: object = {}): ExecCreate {
  const base = { Cmd: ['ls', '-l'], AttachStdout: true, AttachStderr: true };
  return v.parse(execCreate, { ...base, ...over });
}

async function textOf(streams: AttachedStreams | undefined): Promise<string> {
  let text = '';
  for await (const { data } of streams?.chunks ?? []) text += data.toString();
  return text;
}

describe('Execs', () => {
  let world: FakeContext;
  let web: Container;
  let execs: Execs;
  beforeEach(async () => {
    world = new FakeContext();
    web = await world.create('web', { Env: ['A=1', 'B=1'], User: 'www', WorkingDir: '/srv' });
    await startContainer(world, web);
    execs = new Execs(world);
  });
  afterEach(() => world[Symbol.dispose]());

  const inherited: [string, object, object][] = [
    ["takes the container's settings", {}, { env: ['A=1', 'B=1'], user: 'www', cwd: '/srv' }],
    [
      'lets its own settings win',
      { Env: ['B=2'], User: 'root', WorkingDir: '/', Tty: true, AttachStdin: true },
      { env: ['A=1', 'B=2'], user: 'root', cwd: '/', tty: true, openStdin: true },
    ],
  ];
  for (const [what, over, wanted] of inherited) {
    it(what, async () => {
      const { Id } = execs.create(web, bodyOf(over));
      const streams = await execs.start(Id, attached);
      const text = textOf(streams);
      world.launcher.execs.get(Id)?.end(0);
      expect(await text).to.equal('exec says');
      expect(world.launcher.execs.get(Id)?.request).to.deep.include({
        containerId: web.id,
        args: ['ls', '-l'],
        ...wanted,
      });
    });
  }

  it('ends its output no sooner than its exit code is known', async () => {
    const { Id } = execs.create(web, bodyOf());
    const streams = await execs.start(Id, attached);
    const codeAtEnd = textOf(streams).then(async () => (await execs.inspect(Id)).ExitCode);
    await settle();
    world.launcher.execs.get(Id)?.end(3);
    expect(await codeAtEnd).to.equal(3);
  });

  it('accepts before anything is started, and not what is refused', async () => {
    const { Id } = execs.create(web, bodyOf({ Tty: true }));
    const accepted: unknown[] = [];
    const options = {
      ...attached,
      accepted: (tty: boolean) => accepted.push([tty, world.launcher.execs.has(Id)]),
    };
    await execs.start(Id, options);
    expect(accepted).to.deep.equal([[true, false]]);
    expect(await rejection(execs.start(Id, options))).to.be.instanceOf(Conflict);
    expect(accepted).to.have.lengthOf(1);
  });

  it('runs once, and tells how it went', async () => {
    const { Id } = execs.create(web, bodyOf({ User: 'root' }));
    expect(await execs.inspect(Id)).to.include({ Running: false, ExitCode: null, Pid: 0 });
    expect([...web.execIds]).to.deep.equal([Id]);
    await execs.start(Id, attached);
    expect(await execs.inspect(Id)).to.include({ Running: true, ExitCode: null, Pid: 500 });
    const second = await rejection(execs.start(Id, attached));
    expect(second.message).to.contain('is already running');
    world.launcher.execs.get(Id)?.end(4);
    await settle();
    expect((await rejection(execs.start(Id, attached))).message).to.contain('has already run');
    expect(await execs.inspect(Id)).to.deep.include({
      Running: false,
      ExitCode: 4,
      ContainerID: web.id,
      ProcessConfig: {
        tty: false,
        entrypoint: 'ls',
        arguments: ['-l'],
        privileged: false,
        user: 'root',
      },
    });
    expect(web.execIds.size).to.equal(0);
    expect(
      world.events.slice(2).map(({ action, attributes }) => [action, attributes]),
    ).to.deep.equal([
      ['exec_create: ls -l', { execID: Id }],
      ['exec_start: ls -l', { execID: Id }],
      ['exec_die', { execID: Id, exitCode: '4' }],
    ]);
  });

  it('ends its output when the exit code is known', async () => {
    const { Id } = execs.create(web, bodyOf());
    let text: string | undefined;
    const read = textOf(await execs.start(Id, attached)).then((all) => {
      text = all;
    });
    await settle();
    expect(text).to.equal(undefined);
    world.launcher.execs.get(Id)?.end(4);
    await read;
    expect((await execs.inspect(Id)).ExitCode).to.equal(4);
  });

  it('is not started twice by two clients at once', async () => {
    const { Id } = execs.create(web, bodyOf());
    const both = await Promise.allSettled([execs.start(Id, attached), execs.start(Id, attached)]);
    expect(both.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected']);
    expect(world.calls.filter((call) => call === 'launcher.exec')).to.have.length(1);
  });

  it('lets go of the streams of a detached one', async () => {
    const { Id } = execs.create(web, bodyOf());
    expect(await execs.start(Id, { ...attached, detach: true })).to.equal(undefined);
    expect(world.launcher.execs.get(Id)?.aborted).to.equal(true);
  });

  const reasons: [string, number][] = [
    ['exec: "ls": executable file not found in $PATH', 127],
    ['exec: "ls": permission denied', 126],
  ];
  for (const [reason, code] of reasons) {
    it(`shows ${reason} as its output, with code ${code}`, async () => {
      world.launcher.broken = { file: 'ls', reason };
      const { Id } = execs.create(web, bodyOf());
      expect(await textOf(await execs.start(Id, attached))).to.equal(`${reason}\r\n`);
      expect(await execs.inspect(Id)).to.include({ Running: false, ExitCode: code });
      expect(web.execIds.size).to.equal(0);
      expect(await rejection(execs.start(Id, attached))).to.be.instanceOf(Conflict);
    });
  }

  it('answers with the reason when a detached one fails', async () => {
    world.launcher.broken = { file: 'ls', reason: 'no such file or directory' };
    const { Id } = execs.create(web, bodyOf());
    const error = await rejection(execs.start(Id, { ...attached, detach: true }));
    expect(error.message).to.contain('no such file or directory');
    expect((await execs.inspect(Id)).ExitCode).to.equal(127);
  });

  it('tells of the end of the container that a detached one was to start in', async () => {
    world.launcher.broken = { file: 'ls', reason: 'setns: no such process' };
    const { Id } = execs.create(web, bodyOf());
    const start = execs.start(Id, { ...attached, detach: true });
    world.launcher.of(web.id).end(exitWith(0));
    const error = await rejection(start);
    expect(error).to.be.instanceOf(Conflict);
    expect(error.message).to.equal(`container ${web.id} is not running`);
    expect(web.execIds.size).to.equal(0);
  });

  it('resizes what runs', async () => {
    const { Id } = execs.create(web, bodyOf({ Tty: true }));
    const early = await rejection(execs.resize(Id, { rows: 1, columns: 2 }));
    expect(early).to.be.instanceOf(InvalidParameter);
    expect(early.message).to.equal('exec process is not started');
    const starting = execs.start(Id, attached);
    await execs.resize(Id, { rows: 24, columns: 80 });
    await starting;
    expect(world.launcher.sizes).to.deep.equal([{ rows: 24, columns: 80 }]);
  });

  it('wants a command and a running container', async () => {
    expect(() => execs.create(web, bodyOf({ Cmd: [] }))).to.throw(
      InvalidParameter,
      'No exec command specified',
    );
    const { Id } = execs.create(web, bodyOf());
    await pauseContainer(world, web);
    expect(() => execs.create(web, bodyOf())).to.throw(Conflict, 'is paused');
    expect((await rejection(execs.start(Id, attached))).message).to.contain('is paused');
    world.launcher.of(web.id).end(exitWith(0));
    await web.cleaned;
    expect(() => execs.create(web, bodyOf())).to.throw(Conflict, 'is not running');
    expect(await rejection(execs.inspect('nope'))).to.be.instanceOf(NotFound);
  });

  it('forgets ended ones after a while, and those that can not be started any more', async () => {
    const ended = execs.create(web, bodyOf()).Id;
    await execs.start(ended, attached);
    world.launcher.execs.get(ended)?.end(0);
    const running = execs.create(web, bodyOf()).Id;
    await execs.start(running, attached);
    const idle = execs.create(web, bodyOf()).Id;
    await settle();
    world.clock.advance(9 * 60_000);
    execs.create(web, bodyOf());
    expect((await execs.inspect(ended)).ExitCode).to.equal(0);

    const db = await world.create('db');
    await startContainer(world, db);
    world.launcher.of(web.id).end(exitWith(0));
    await web.cleaned;
    world.clock.advance(2 * 60_000);
    execs.create(db, bodyOf());
    expect(await rejection(execs.inspect(ended))).to.be.instanceOf(NotFound);
    expect(await rejection(execs.inspect(idle))).to.be.instanceOf(NotFound);
    expect((await execs.inspect(running)).Running).to.equal(true);
  });
});
