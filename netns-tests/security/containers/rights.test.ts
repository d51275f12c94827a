import { expect } from 'chai';
import { needsRoot } from '../../world/root.js';
import { extraRights } from './extra-rights.js';
import { hasDocker, ProbeDaemon, type Probed } from './probing.js';

/** Containers to compare. */
interface Wish {
  readonly host: object;
  readonly config?: object;
}

const wishes: Readonly<Record<string, Wish>> = {
  'that asks for nothing': { host: {} },
  'that gives up all it can': {
    host: { CapDrop: ['ALL'], ReadonlyRootfs: true, SecurityOpt: ['no-new-privileges'] },
    config: { User: '1000:1000' },
  },
  'with capabilities': { host: { CapAdd: ['SYS_ADMIN', 'SYS_PTRACE', 'NET_ADMIN'] } },
  'without a filter': { host: { SecurityOpt: ['seccomp=unconfined'] } },
  "in the host's namespaces": { host: { IpcMode: 'host', UTSMode: 'host', PidMode: 'host' } },
  'with a device and limits': {
    host: {
      Devices: [{ PathOnHost: '/dev/fuse', PathInContainer: '/dev/f', CgroupPermissions: 'r' }],
      Ulimits: [{ Name: 'nofile', Soft: 100, Hard: 200 }],
      ShmSize: 1 << 20,
      Memory: 512 << 20,
      PidsLimit: 100,
    },
  },
};

/** What each container of a daemon finds. */
async function probeAll(kind: 'docker' | 'crun' | 'runc'): Promise<Map<string, Probed>> {
  await using daemon = await ProbeDaemon.start(kind);
  const found = new Map<string, Probed>();
  for (const [what, { host, config }] of Object.entries(wishes)) {
    found.set(what, await daemon.probe(host, config));
  }
  return found;
}

describe('security: containers beside those of dockerd', () => {
  let theirs = new Map<string, Probed>();

  before(async function () {
    needsRoot.call(this);
    // Without it there is nothing to compare with.
    if (!hasDocker) this.skip();
    theirs = await probeAll('docker');
  });

  for (const runtime of ['crun', 'runc'] as const) {
    describe(`by ${runtime}`, () => {
      let ours = new Map<string, Probed>();
      before(async () => {
        ours = await probeAll(runtime);
      });

      for (const what of Object.keys(wishes)) {
        it(`one ${what} can do no more`, () => {
          const [own, other] = [ours.get(what), theirs.get(what)];
          if (!own || !other) throw new Error('not probed');
          expect(extraRights(own, other, runtime)).to.deep.equal([]);
        });
      }
    });
  }

  it('sees a right where there is one', () => {
    const plain = theirs.get('that asks for nothing');
    const open = theirs.get('without a filter');
    const capable = theirs.get('with capabilities');
    const shared = theirs.get("in the host's namespaces");
    if (!plain || !open || !capable || !shared) throw new Error('not probed');
    expect(extraRights(open, plain, 'runc')).to.include.members(['less Seccomp', 'call 250']);
    expect(extraRights(capable, plain, 'runc')).to.include('CapEff 281000');
    expect(extraRights(shared, plain, 'runc')).to.include("the host's namespace pid");
  });
});
