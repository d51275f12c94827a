import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { CgroupTree } from './cgroups.js';

describe('CgroupTree', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'cgroups-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const text = (path: string) => readFileSync(join(root, path), 'utf8');

  it('knows version 2', () => {
    put('cgroup.controllers', 'memory pids');
    put('d/c1/cgroup.procs', '10\n11\n');
    put('d/c1/sub/cgroup.procs', '12\n');
    put('d/c1/memory.events', 'oom 1\noom_kill 2\n');
    put('d/c1/cgroup.events', 'populated 1\nfrozen 1\n');
    const tree = new CgroupTree(root);
    expect([tree.version, tree.isHybrid]).to.deep.equal([2, false]);
    expect(tree.pids('/d/c1')).to.deep.equal([10, 11, 12]);
    expect(tree.wasOutOfMemory('/d/c1')).to.equal(true);
    expect(tree.isFrozen('/d/c1')).to.equal(true);
    tree.freeze('/d/c1', true);
    expect(text('d/c1/cgroup.freeze')).to.equal('1');
  });

  it('knows version 1', () => {
    put('pids/d/c1/cgroup.procs', '10\n');
    put('freezer/d/c1/freezer.state', 'FREEZING\n');
    put('memory/d/c1/memory.oom_control', 'under_oom 0\noom_kill 0\n');
    const tree = new CgroupTree(root);
    expect([tree.version, tree.isHybrid]).to.deep.equal([1, false]);
    expect(tree.pids('/d/c1')).to.deep.equal([10]);
    expect(tree.wasOutOfMemory('/d/c1')).to.equal(false);
    expect(tree.isFrozen('/d/c1')).to.equal(false);
    tree.freeze('/d/c1', true);
    expect(text('freezer/d/c1/freezer.state')).to.equal('FROZEN');
    expect(tree.isFrozen('/d/c1')).to.equal(true);
  });

  const hybrids: [controllers: string, isHybrid: boolean][] = [
    ['hugetlb\n', true],
    ['\n', false],
  ];
  for (const [controllers, isHybrid] of hybrids) {
    it(`${isHybrid ? 'is' : "isn't"} hybrid with "${controllers.trim()}" in the v2 tree`, () => {
      put('unified/cgroup.controllers', controllers);
      expect(new CgroupTree(root).isHybrid).to.equal(isHybrid);
    });
  }

  it('removes a group from all hierarchies, inner ones first, and no other', () => {
    for (const folder of ['pids/d/c1/sub', 'memory/d/c1', 'memory/d/c2']) {
      mkdirSync(join(root, folder), { recursive: true });
    }
    const tree = new CgroupTree(root);
    tree.remove('/d/c1');
    tree.remove('/d/c1');
    expect(existsSync(join(root, 'pids/d/c1'))).to.equal(false);
    expect(existsSync(join(root, 'memory/d/c1'))).to.equal(false);
    expect(existsSync(join(root, 'memory/d/c2'))).to.equal(true);
  });

  it('never removes the root', () =>
    expect(() => new CgroupTree(root).remove('/')).to.throw('not ours'));
});
