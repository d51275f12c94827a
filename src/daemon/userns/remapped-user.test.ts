import { expect } from 'chai';
import { type AccountLookup, remappedUser } from './remapped-user.js';

const users = [
  { name: 'mapped', uid: 4242 },
  { name: 'alone', uid: 5 },
  { name: 'root', uid: 0 },
];
const groups = [
  { name: 'mapped', gid: 4242 },
  { name: 'staff', gid: 50 },
  { name: 'root', gid: 0 },
];
const accounts: AccountLookup = {
  user: (key) => users.find(({ name, uid }) => name === key || uid === key),
  group: (key) => groups.find(({ name, gid }) => name === key || gid === key),
};

describe('the user of --userns-remap', () => {
  const found: [wish: string, name: string][] = [
    ['mapped', 'mapped'],
    ['mapped:staff', 'mapped'],
    ['mapped:50', 'mapped'],
    ['4242', 'mapped'],
    ['4242:50', 'mapped'],
    ['5:staff', 'alone'],
    ['root', 'root'],
  ];
  for (const [wish, name] of found) {
    it(`is ${name} for ${wish}`, () => {
      expect(remappedUser(wish, accounts)?.name).to.equal(name);
    });
  }

  it('is yet to be made for default', () => {
    expect(remappedUser('default', accounts)).to.equal(undefined);
  });

  it('is dockremap for default if that is there', () => {
    const one = { name: 'dockremap', uid: 7 };
    const known: AccountLookup = {
      user: (key) => (key === 'dockremap' ? one : undefined),
      group: (key) => (key === 'dockremap' ? { name: 'dockremap', gid: 7 } : undefined),
    };
    expect(remappedUser('default', known)).to.equal(one);
  });

  const refused: [wish: string, words: string][] = [
    ['a:b:c', 'Invalid user/group specification in --userns-remap: "a:b:c"'],
    ['nobody', 'Error during uid lookup for "nobody": no such user'],
    ['9', 'Uid 9 has no entry in /etc/passwd'],
    ['alone', 'Error during gid lookup for "alone": no such group'],
    ['5', 'Gid 5 has no entry in /etc/group'],
    ['mapped:none', 'Error during groupname lookup for "none": no such group'],
    ['mapped:9', 'Gid 9 has no entry in /etc/group'],
    ['', 'Error during uid lookup for ""'],
    [':staff', 'Error during uid lookup for ""'],
  ];
  for (const [wish, words] of refused) {
    it(`is refused for ${JSON.stringify(wish)}`, () => {
      expect(() => remappedUser(wish, accounts)).to.throw(words);
    });
  }
});
