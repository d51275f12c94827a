import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { bindMounts, presentFiles } from './binds.js';

describe('bindMounts', () => {
  const files = { hosts: '/f/hosts', resolvConf: '/f/resolv.conf', hostname: '/f/hostname' };

  it("puts the network's files first and leaves out what the user brings", () => {
    const own = [
      { source: '/my/hosts', destination: '/etc/hosts', readOnly: true, propagation: 'rprivate' },
      { source: '/a', destination: '/b', readOnly: false, propagation: 'rprivate' },
    ];
    expect(bindMounts(own, files).map(({ source, readOnly }) => [source, readOnly])).to.deep.equal([
      ['/f/resolv.conf', false],
      ['/f/hostname', false],
      ['/my/hosts', true],
      ['/a', false],
    ]);
  });

  it('leaves out what has gone with the owner of a shared network', () => {
    const hosts = fileURLToPath(import.meta.url);
    const joined = { type: 'joined', sandboxId: 'web' } as const;
    const present = presentFiles({ kind: joined, files: { ...files, hosts } });
    expect(bindMounts([], present).map(({ source }) => source)).to.deep.equal([hosts]);
    expect(presentFiles({ kind: { type: 'own' }, files })).to.deep.equal(files);
  });
});
