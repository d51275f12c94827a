import { expect } from 'chai';
import { resolveUser } from './user.js';

const files = {
  passwd: `# comment
root:x:0:0:root:/root:/bin/sh
bob:x:1000:100:Bob:/home/bob:/bin/sh
1234:x:7:7::/seven:/bin/sh

broken line`,
  group: 'root:x:0:\nusers:x:100:\nwheel:x:10:amy,bob\naudio:x:29:bob',
};

describe('resolveUser', () => {
  const table: [spec: string, uid: number, gids: number[], home: string][] = [
    ['', 0, [0], '/root'],
    ['root', 0, [0], '/root'],
    ['bob', 1000, [100, 10, 29], '/home/bob'],
    ['1000', 1000, [100, 10, 29], '/home/bob'],
    ['bob:wheel', 1000, [10], '/home/bob'],
    ['bob:77', 1000, [77], '/home/bob'],
    ['5000', 5000, [0], '/'],
    ['5000:5001', 5000, [5001], '/'],
    ['1234', 7, [7], '/seven'],
  ];
  for (const [spec, uid, gids, home] of table) {
    it(`${spec || '(none)'} is ${uid}:${gids[0]}`, () => {
      const resolved = resolveUser(spec, [], files);
      expect(resolved.user).to.deep.equal({ uid, gid: gids[0], additionalGids: gids });
      expect(resolved.home).to.equal(home);
    });
  }

  it('adds groups by name and number', () =>
    expect(resolveUser('', ['audio', '9'], files).user.additionalGids).to.deep.equal([0, 29, 9]));

  it('takes root for granted where there are no files', () =>
    expect(resolveUser('', [], { passwd: '', group: '' })).to.deep.equal({
      user: { uid: 0, gid: 0, additionalGids: [0] },
      home: '/',
    }));

  const refused: [spec: string, message: string][] = [
    ['eve', 'unable to find user eve: no matching entries in passwd file'],
    ['bob:cats', 'unable to find group cats: no matching entries in group file'],
    ['2147483648', 'uids and gids must be in range 0-2147483647'],
    ['-1', 'uids and gids must be in range 0-2147483647'],
  ];
  for (const [spec, message] of refused) {
    it(`refuses ${spec}`, () => expect(() => resolveUser(spec, [], files)).to.throw(message));
  }
});
