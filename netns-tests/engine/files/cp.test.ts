import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { eachDocker } from '../../docker-cli/each.js';

/** What a copy leaves besides what was there: `f name` or `d name` or `l name -> target`; or what it says. */
type Outcome = readonly string[] | RegExp;

/** From a container that has /d with the file a, the link l to it and /d/sub/s; /dl is a link to /d, /bad one to nothing. */
const out: [args: string, outcome: Outcome][] = [
  ['BOX:/d new', ['d new', 'd new/sub', 'f new/a', 'f new/sub/s', 'l new/l -> a']],
  ['BOX:/d new/', ['d new', 'd new/sub', 'f new/a', 'f new/sub/s', 'l new/l -> a']],
  ['BOX:/d dir', ['d dir/d', 'd dir/d/sub', 'f dir/d/a', 'f dir/d/sub/s', 'l dir/d/l -> a']],
  ['BOX:/d/. dir', ['d dir/sub', 'f dir/a', 'f dir/sub/s', 'l dir/l -> a']],
  ['BOX:/d/. new', ['d new', 'd new/sub', 'f new/a', 'f new/sub/s', 'l new/l -> a']],
  ['BOX:/d file', /^cannot copy directory$/m],
  ['BOX:/d/a new', ['f new']],
  ['BOX:/d/a new/', /^no such directory$/m],
  ['BOX:/d/a dir', ['f dir/a']],
  ['BOX:/d/a dir/.', ['f dir/a']],
  ['BOX:/d/a file/', /stat .*\/file\/: not a directory$/m],
  ['BOX:/d/a no/such', /^invalid output path: directory ".*\/no" does not exist$/m],
  ['BOX:/d/a broken', ['f none']],
  ['BOX:/d/a .', ['f a']],
  ['BOX:/dl new', ['l new -> /d']],
  ['-L BOX:/dl new', ['d new', 'd new/sub', 'f new/a', 'f new/sub/s', 'l new/l -> a']],
  [
    '-L BOX:/dl dir',
    ['d dir/dl', 'd dir/dl/sub', 'f dir/dl/a', 'f dir/dl/sub/s', 'l dir/dl/l -> a'],
  ],
  ['BOX:/dl/ dir', ['d dir/dl', 'd dir/dl/sub', 'f dir/dl/a', 'f dir/dl/sub/s', 'l dir/dl/l -> a']],
  ['-L BOX:/d/l dir', ['f dir/l']],
  ['BOX:/bad dir', ['l dir/bad -> /nowhere']],
  ['BOX:/d /dev/null', /must be a directory or a regular file: got a device$/m],
  ['BOX:/d BOX:/e', /^copying between containers is not supported$/m],
  ['file dir', /^must specify at least one container source$/m],
];

/** Into a container where /t has the folder ed, the file ef, links el and efl to them and eb to nothing. */
const into: [args: string, outcome: Outcome][] = [
  ['file BOX:/t/new', ['f new']],
  ['file BOX:/t/new/', /^no such directory$/m],
  ['file BOX:/t/ed', ['f ed/file']],
  ['file BOX:/t/ef', []],
  ['file BOX:/t/el', ['f ed/file']],
  ['file BOX:/t/eb', ['f none']],
  ['dir BOX:/t/new', ['d new', 'd new/in', 'f new/in/x']],
  ['dir BOX:/t/ed', ['d ed/dir', 'd ed/dir/in', 'f ed/dir/in/x']],
  ['dir/. BOX:/t/ed', ['d ed/in', 'f ed/in/x']],
  ['dir/. BOX:/t/new', ['d new', 'd new/in', 'f new/in/x']],
  ['dir BOX:/t/ef', /^cannot copy directory$/m],
  ['dlink BOX:/t/ed', ['l ed/dlink -> dir']],
  ['-L dlink BOX:/t/ed', ['d ed/dlink', 'd ed/dlink/in', 'f ed/dlink/in/x']],
  ['dlink/ BOX:/t/ed', ['d ed/dlink', 'd ed/dlink/in', 'f ed/dlink/in/x']],
  ['flink BOX:/t/ed', ['l ed/flink -> file']],
  ['-L flink BOX:/t/ed', ['f ed/flink']],
  ['broken BOX:/t/ed', ['l ed/broken -> none']],
  ['-L broken BOX:/t/ed', /lstat .*\/none: no such file or directory$/m],
  ['nope BOX:/t/ed', /lstat .*\/nope: no such file or directory$/m],
  ['file/ BOX:/t/ed', /^not a directory$/m],
  ['-a file BOX:/t/new', ['f new']],
];

eachDocker('cp', (docker) => {
  let folder: string;
  let box: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tsnet-cp-'));
    box = await docker().background();
    const line =
      'mkdir -p /d/sub; echo hi > /d/a; echo s > /d/sub/s; ln -s a /d/l; ln -s /d /dl; ln -s /nowhere /bad';
    await docker().ok(`exec ${box} sh -c $1`, line);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const fresh = () => {
    rmSync(folder, { recursive: true });
    mkdirSync(join(folder, 'dir/in'), { recursive: true });
    writeFileSync(join(folder, 'file'), 'f');
    writeFileSync(join(folder, 'dir/in/x'), 'x');
    for (const [name, target] of [
      ['flink', 'file'],
      ['dlink', 'dir'],
      ['broken', 'none'],
    ])
      symlinkSync(target ?? '', join(folder, name ?? ''));
  };
  /** Names of things below, as the outcomes have them. */
  const format = '%y %P -> %l\\n';
  const below = (path: string) =>
    execFileSync('find', [path, '-mindepth', '1', '-printf', format], { encoding: 'utf8' })
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [line.replace(/ -> $/, '').trim()]))
      .sort();
  /** Words are as seen from the folder. */
  const run = async (args: string) => {
    const words = args.replaceAll('BOX', box).split(' ');
    const full = words.map((word) =>
      /^(-|\/)|:/.test(word) ? word : `${folder}/${word.replace(/^\.$/, '.')}`,
    );
    return await docker().run(['cp', ...full]);
  };
  const check = async (args: string, outcome: Outcome, look: () => string[]) => {
    const before = look();
    const { code, stderr } = await run(args);
    if (outcome instanceof RegExp) {
      expect(code, args).to.equal(1);
      expect(stderr, args).to.match(outcome);
      return;
    }
    expect(stderr, args).to.equal('');
    const after = look();
    expect(
      after.filter((line) => !before.includes(line)),
      args,
    ).to.deep.equal(outcome);
  };

  it('puts things out of a container where Docker does', async () => {
    for (const [args, outcome] of out) {
      fresh();
      await check(args, outcome, () => below(folder));
    }
    fresh();
    await run('BOX:/d/a flink');
    expect(readFileSync(join(folder, 'file'), 'utf8')).to.equal('hi\n');
    expect((await run('BOX:/nope new')).stderr).to.match(
      /No such container:path|Could not find the file \/nope/,
    );
  });

  it('puts things into a container where Docker does', async () => {
    fresh();
    // As the container's own programs see it, without a start of the CLI for each look.
    const target = `/proc/${await docker().field(box, '{{.State.Pid}}')}/root/t`;
    const line =
      'rm -rf t; mkdir -p t/ed; echo old > t/ef; ln -s ed t/el; ln -s ef t/efl; ln -s none t/eb';
    for (const [args, outcome] of into) {
      execFileSync('sh', ['-c', line], { cwd: join(target, '..') });
      await check(args, outcome, () => below(target));
    }
    await run('file BOX:/t/efl');
    expect(await docker().ok(`exec ${box} cat /t/ef`)).to.equal('f');
    expect((await run('file BOX:/t/no/such')).stderr).to.match(
      /No such container:path|Could not find the file \/t\/no/,
    );
  });

  it('takes and gives tars by -', async () => {
    const { stdout } = await docker().run(['cp', `${box}:/d/a`, '-']);
    expect(stdout).to.include('hi\n');
    await docker().ok(`exec ${box} mkdir -p /from-tar`);
    const back = await docker().run(['cp', '-', `${box}:/from-tar`], stdout);
    expect(back).to.include({ code: 0, stderr: '' });
    expect(await docker().ok(`exec ${box} cat /from-tar/a`)).to.equal('hi');
    const nowhere = await docker().run(['cp', '-', `${box}:/nowhere`], stdout);
    expect(nowhere.stderr).to.include(`destination "${box}:/nowhere" must be a directory`);
  });

  it('commits what was copied, by all flags', async () => {
    fresh();
    await run('file BOX:/copied');
    const flags = '--author me --message why --pause=false --change $1 --change $2';
    const id = await docker().ok(
      `commit ${flags} ${box} made:v1`,
      'CMD ["cat", "/copied"]',
      'LABEL a=b',
    );
    expect(id).to.match(/^sha256:[0-9a-f]{64}$/);
    expect(await docker().ok('run --rm made:v1')).to.equal('f');
    const format2 = '{{.Author}} {{.Comment}} {{json .Config.Cmd}} {{json .Config.Labels}}';
    expect(await docker().ok('image inspect -f $1 made:v1', format2)).to.equal(
      'me why ["cat","/copied"] {"a":"b"}',
    );
    expect(await docker().fails(`commit ${box} $1`, `x@sha256:${'0'.repeat(64)}`)).to.include(
      'refusing to create a tag with a digest reference',
    );
    expect(await docker().fails('commit')).to.match(/requires at least 1 and at most 2 arguments/);
    await docker().ok('rmi made:v1');
  });
});
