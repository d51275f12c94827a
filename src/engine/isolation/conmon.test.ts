import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Children } from '../../native/children.js';
import { CgroupTree } from './cgroups.js';
import { Conmon } from './conmon.js';
import { RUNTIME_LOG } from './conmon-command.js';
import { Runtime } from './runtime.js';

/** Scripts in conmon's place: what they write to descriptor 3 is the answer. */
describe('creating by conmon', () => {
  let folder: string;
  let children: NotedChildren;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conmon-'));
    children = new NotedChildren();
  });
  afterEach(() => {
    children[Symbol.dispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  function script(name: string, body: string): string {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  async function create(body: string, createMs: number): Promise<number | string> {
    const program = { name: 'one', program: script('runtime', 'echo version 1'), args: [] };
    const cgroups = new CgroupTree();
    const options = { stateRoot: join(folder, 'state'), children, cgroups, precompiles: false };
    const runtime = await Runtime.open(options, program);
    if (!runtime) throw new Error('the runtime is not one');
    using opened = runtime;
    const conmon = new Conmon({ path: script('conmon', body), children, createMs });
    const supervision = {
      ...{ runtime: opened, id: 'c1', uuid: 'c1', folder, log: 'none' },
      ...{ tty: false, openStdin: false, keepStdin: false },
    };
    return conmon.create(supervision, (said) => new Error(said)).catch(String);
  }

  const long = 600_000;

  it('gives the pid', async () => {
    expect(await create(`echo '{"data": 42}' >&3`, long)).to.equal(42);
  });

  it('fails with what conmon has heard of the runtime', async () => {
    const said = `echo '{"data": -1, "message": "no such thing"}' >&3`;
    expect(await create(said, long)).to.equal('Error: no such thing');
  });

  it('fails with what the runtime wrote to its log, if conmon ends without a word', async () => {
    expect(await create(`echo why > ${join(folder, RUNTIME_LOG)}`, long)).to.equal('Error: why\n');
  });

  it('fails with what conmon complained of, if there is nothing else', async () => {
    expect(await create('echo no log file >&2', long)).to.equal('Error: no log file\n');
  });

  it('does not wait for ever for what never answers', async () => {
    const said = await create('exec sleep 1000', 100);
    process.kill(children.pids.at(-1) ?? 0, 'SIGKILL');
    expect(said).to.equal('Error: the runtime has not answered for 0.1 seconds');
  });
});

/** Tells what it has started. */
class NotedChildren extends Children {
  readonly pids: number[] = [];

  override spawn(options: Parameters<Children['spawn']>[0]) {
    const child = super.spawn(options);
    this.pids.push(child.pid);
    return child;
  }
}
