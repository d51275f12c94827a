import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { TestDaemon } from '../../world/daemon.js';
import { eventually } from '../../world/eventually.js';
import { needsRoot } from '../../world/root.js';
import { World } from '../../world/world.js';
import { programs } from './victims.js';

const image = 'tsnet/busybox';
const failure =
  'failed to create task for container: failed to create shim task: OCI runtime create failed';
/** On a terminal nothing keeps conmon waiting, and the runtime has said nothing. */
const reason = (flags: string) =>
  flags === '-t' ? 'the runtime gave no reason' : 'the runtime was killed before it had answered';
/** As many as the daemon starts at once. */
const TURNS = 3;

/**
 * A daemon whose runtime is a script around crun. What `fate` says of the verb decides how it ends: `dies` when crun
 * has done all of it, so that what was forked lives on; `hangs` before.
 */
describe('a runtime that alone is killed, or does not get on', () => {
  let folder: string;
  let world: World;
  let daemon: TestDaemon;
  const fate = (text: string) => writeFileSync(join(folder, 'fate'), text);

  before(async function () {
    needsRoot.call(this);
    folder = mkdtempSync(join(tmpdir(), 'lost-'));
    fate('');
    const script = join(folder, 'wrapper');
    const body = [
      '#!/bin/sh',
      'verb=none',
      'for word; do case $word in create|exec|--version) verb=$word; break;; esac; done',
      `grep -q "hangs $verb" ${folder}/fate && { echo $$ >> ${folder}/hanging; exec sleep 1000; }`,
      'crun "$@"',
      'code=$?',
      `grep -q "dies $verb" ${folder}/fate && kill -9 $$`,
      'exit $code',
      '',
    ];
    writeFileSync(script, body.join('\n'));
    chmodSync(script, 0o755);
    const file = join(folder, 'daemon.json');
    writeFileSync(file, JSON.stringify({ runtimes: { torn: { path: script } } }));
    world = await World.create();
    daemon = await TestDaemon.start(world.host, ['--config-file', file]);
    await daemon.must(`pull -q ${image}`);
  });
  afterEach(async () => {
    fate('');
    await daemon?.run(['rm', '-f', 'box']);
  });
  after(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  function create(name: string, flags: string): Promise<string> {
    return daemon.must(`create --name ${name} --stop-signal KILL ${flags} ${image} sleep 1000`);
  }

  /** What the daemon runs for a container. */
  function programsOf(id: string): string[] {
    return programs(daemon.folder)
      .map(({ argv }) => argv.join(' '))
      .filter((line) => line.includes(id));
  }

  for (const flags of ['', '-t', '--pid host --network none']) {
    it(`fails the start${flags && ` (${flags})`}, and the next one is as any`, async () => {
      const id = await create('box', `--runtime torn ${flags}`.trim());
      fate('dies create');
      const { status, body } = await daemon.api.ask('POST', '/containers/box/start');
      expect([status, body]).to.deep.equal([
        500,
        { message: `${failure}: ${reason(flags)}: unknown` },
      ]);
      expect(programsOf(id)).to.deep.equal([]);
      expect(await daemon.must('inspect -f {{.State.ExitCode}} box')).to.equal('128');
      fate('');
      await daemon.must('start box');
    });
  }

  for (const flags of ['', '-t']) {
    it(`fails the exec${flags && ` (${flags})`} with what it has started, and the container goes on`, async () => {
      const id = await daemon.must(
        `run -d --name box --stop-signal KILL --runtime torn ${image} sleep 1000`,
      );
      fate('dies exec');
      const words = ['exec', flags, 'box', 'sleep', '77777'].filter(Boolean);
      const { code, stdout, stderr } = await daemon.run(words);
      expect([code, stdout + stderr].join()).to.match(/^126,.*OCI runtime exec failed/);
      expect(stdout + stderr).to.include(reason(flags));
      fate('');
      expect(await daemon.must('exec box ps -o args')).to.not.include('77777');
      expect(programsOf(id).filter((line) => line.includes('--exec'))).to.deep.equal([]);
    });
  }

  for (const flags of ['', '-t', '--runtime torn']) {
    it(`takes the program of an exec with it when who waits for that is killed${flags && ` (${flags})`}`, async () => {
      const runtime = flags.startsWith('--') ? flags : '';
      const words = `run -d --name box --stop-signal KILL ${runtime} ${image} sleep 1000`;
      const id = await daemon.mustRun(words.split(' ').filter(Boolean));
      const tty = flags === '-t' ? flags : '';
      const deaf = 'trap "" HUP; sleep 66666';
      const exec = daemon.run(['exec', tty, 'box', 'sh', '-c', deaf].filter(Boolean));
      const processes = () => daemon.must('top box -o pid,args');
      await eventually(async () => expect(await processes()).to.include('66666'));
      const waiting = programs(daemon.folder).filter(
        ({ argv }) => argv.join(' ').includes(id) && argv.some((word) => /^(--)?exec$/.test(word)),
      );
      expect(waiting).to.have.length(1);
      for (const { pid } of waiting) process.kill(pid, 'SIGKILL');
      expect((await exec).code).to.equal(137);
      await eventually(async () => expect(await processes()).to.not.include('66666'));
      expect(await daemon.must('inspect -f {{.State.Status}} box')).to.equal('running');
    });
  }

  it('is in nobody else’s way while it hangs', async () => {
    await daemon.must(`run -d --name other --stop-signal KILL ${image} sleep 1000`);
    const names = Array.from({ length: TURNS }, (_, number) => `box${number}`);
    for (const name of names) await create(name, '--runtime torn --network none');
    fate('hangs create');
    writeFileSync(join(folder, 'hanging'), '');
    const starts = names.map((name) => daemon.api.ask('POST', `/containers/${name}/start`));
    const hanging = () => readFileSync(join(folder, 'hanging'), 'utf8').trim().split('\n');
    while (hanging().length < TURNS) await delay(20);
    await daemon.must('stop other');
    await daemon.must('start other');
    await daemon.must('rm -f other');
    for (const pid of hanging()) process.kill(Number(pid), 'SIGKILL');
    expect((await Promise.all(starts)).map(({ status }) => status)).to.deep.equal([500, 500, 500]);
    await daemon.must(`rm ${names.join(' ')}`);
  });
});
