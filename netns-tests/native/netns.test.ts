import { promises, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Conflict } from '../../src/base/errors.js';
import { Children } from '../../src/native/children.js';
import {
  isNetns,
  Namespaces,
  netnsInode,
  sameNetns,
  warmThreadPool,
} from '../../src/native/netns.js';
import { run } from '../../src/native/run.js';
import { describeAsRoot, thrownBy, useDescriptorCount, useFolder } from './setting.js';

const self = '/proc/thread-self/ns/net';

describeAsRoot('Namespaces', () => {
  const folder = useFolder();
  before(() => warmThreadPool());
  useDescriptorCount();

  it('makes a namespace of its own that outlives the call, and removes it', () => {
    using namespaces = new Namespaces();
    const home = netnsInode();
    namespaces.make(folder('ns'));
    expect(isNetns(folder('ns'))).to.equal(true);
    expect(netnsInode(folder('ns'))).to.not.equal(home);
    expect(netnsInode()).to.equal(home);
    const devices = namespaces.runAt(folder('ns'), () => readFileSync('/proc/net/dev', 'utf8'));
    expect(devices.match(/^ *\S+:/gm)?.map((name) => name.trim())).to.include('lo:');
    expect(devices).to.not.match(/eth|veth/);
    namespaces.remove(folder('ns'));
    expect(readdirSync(folder())).to.deep.equal([]);
    namespaces.remove(folder('ns'));
  });

  it('does not make one over another', () => {
    using namespaces = new Namespaces();
    namespaces.make(folder('ns'));
    const inode = netnsInode(folder('ns'));
    expect(() => namespaces.make(folder('ns'))).to.throw(Conflict, 'already exists');
    expect(netnsInode(folder('ns'))).to.equal(inode);
    namespaces.remove(folder('ns'));
  });

  it('leaves nothing behind when it can not make one', () => {
    using namespaces = new Namespaces();
    const home = netnsInode();
    expect(thrownBy(() => namespaces.make(folder('no', 'folder')))).to.include({ code: 'ENOENT' });
    expect(netnsInode()).to.equal(home);
    expect(readdirSync(folder())).to.deep.equal([]);
  });

  it('comes back, also from nested runs and when the work throws', () => {
    using namespaces = new Namespaces();
    const home = netnsInode();
    namespaces.make(folder('a'));
    namespaces.make(folder('b'));
    const [a, b] = [netnsInode(folder('a')), netnsInode(folder('b'))];
    const seen = namespaces.runAt(folder('a'), () => {
      const inner = namespaces.runAt(folder('b'), () => netnsInode());
      const afterInner = netnsInode();
      thrownBy(() =>
        namespaces.runAt(folder('b'), () => {
          throw new Error('no');
        }),
      );
      const atHome = namespaces.run(namespaces.home, () => netnsInode());
      return [inner, afterInner, netnsInode(), atHome];
    });
    expect(seen).to.deep.equal([b, a, a, home]);
    expect(netnsInode()).to.equal(home);
    expect(() =>
      namespaces.runAt(folder('a'), () => {
        throw new Error('within');
      }),
    ).to.throw('within');
    expect(netnsInode()).to.equal(home);
    namespaces.remove(folder('a'));
    namespaces.remove(folder('b'));
  });

  it('makes one from inside another and stays there', () => {
    using namespaces = new Namespaces();
    namespaces.make(folder('a'));
    namespaces.runAt(folder('a'), () => {
      namespaces.make(folder('b'));
      expect(sameNetns(self, folder('a'))).to.equal(true);
    });
    expect(sameNetns(folder('a'), folder('b'))).to.equal(false);
    namespaces.remove(folder('a'));
    namespaces.remove(folder('b'));
  });

  it('leaves the thread pool at home', async () => {
    using namespaces = new Namespaces();
    namespaces.make(folder('ns'));
    const home = await promises.readlink(self);
    const reads: Promise<string>[] = [];
    namespaces.runAt(folder('ns'), () => {
      for (let i = 0; i < 8; i++) reads.push(promises.readlink(self));
    });
    expect(new Set(await Promise.all(reads))).to.deep.equal(new Set([home]));
    namespaces.remove(folder('ns'));
  });

  it('takes no asynchronous work', () => {
    using namespaces = new Namespaces();
    // @ts-expect-error: the type must refuse a function that returns a promise
    const promise: unknown = namespaces.run(namespaces.home, async () => {});
    expect(promise).to.be.instanceOf(Promise);
  });

  it('aborts the process rather than stay in the wrong namespace', async () => {
    using children = new Children();
    const module = new URL('../../src/native/netns.js', import.meta.url).href;
    const script = `
      const { Namespaces } = await import(${JSON.stringify(module)});
      const namespaces = new Namespaces();
      using_(namespaces.open('/proc/self/ns/net'));
      function using_(fd) { namespaces.run(fd, () => namespaces[Symbol.dispose]()); }
      console.log('survived');`;
    const argv = [process.execPath, '--input-type=module', '-e', script];
    const { status, stdout } = await run(children, { file: process.execPath, argv });
    expect({ status, stdout }).to.deep.equal({ status: { code: 134, signal: 6 }, stdout: '' });
  });
});
