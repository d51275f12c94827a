import { expect } from 'chai';
import { type Family, formatIp, ip } from '../../base/ip.js';
import type { SandboxView } from './model.js';
import { NameRegistry } from './names.js';
import { addressOfReverseName, reverseName } from './reverse.js';

const front = { id: 'n1', name: 'front' };
const back = { id: 'n2', name: 'back.net' };

function registry(): NameRegistry {
  const names = new NameRegistry();
  const add = (network: typeof front, endpointId: string, list: string[], addresses: string[]) =>
    names.add(network, { endpointId, names: list, addresses: addresses.map(ip) });
  add(front, 'e1', ['web', 'www', '0123456789ab'], ['172.18.0.2']);
  add(front, 'e2', ['api', 'www'], ['172.18.0.3', 'fd00::3']);
  add(back, 'e3', ['Db', 'db.example'], ['172.19.0.2', 'fd01::2']);
  add(back, 'e4', ['web'], ['fd01::9']);
  return names;
}
const both: SandboxView = { networks: [{ networkId: 'n1' }, { networkId: 'n2' }] };
const onlyFront: SandboxView = { networks: [{ networkId: 'n1' }] };
const linked: SandboxView = {
  networks: [{ networkId: 'n2', links: new Map([['store', 'DB']]) }],
};

describe('NameRegistry', () => {
  const table: [string, SandboxView, string, Family, string[] | undefined][] = [
    ['container name', onlyFront, 'web', 4, ['172.18.0.2']],
    ['short id', onlyFront, '0123456789ab', 4, ['172.18.0.2']],
    ['shared alias', onlyFront, 'www', 4, ['172.18.0.2', '172.18.0.3']],
    ['any case', onlyFront, 'WeB', 4, ['172.18.0.2']],
    ['stored in another case', both, 'db', 6, ['fd01::2']],
    ['with the network', both, 'web.front', 4, ['172.18.0.2']],
    ['with the network in any case', both, 'WEB.FRONT', 4, ['172.18.0.2']],
    ['a network name with a dot', both, 'db.back.net', 4, ['172.19.0.2']],
    ['a name with a dot', both, 'db.example', 4, ['172.19.0.2']],
    ['a name with a dot and the network', both, 'db.example.back.net', 4, ['172.19.0.2']],
    ['known without the family', onlyFront, 'web', 6, []],
    ['the family on a later network', both, 'web', 6, ['fd01::9']],
    ['the network says which', both, 'web.front', 6, []],
    ['another network', onlyFront, 'db', 4, undefined],
    ['another network by its name', onlyFront, 'db.back.net', 4, undefined],
    ['the wrong network', both, 'db.front', 4, undefined],
    ['just the network', both, '.front', 4, undefined],
    ['a private alias', linked, 'store', 4, ['172.19.0.2']],
    ['a private alias with the network', linked, 'Store.back.net', 4, ['172.19.0.2']],
    ['a private alias of someone else', both, 'store', 4, undefined],
    ['unknown', both, 'nobody', 4, undefined],
    ['empty', both, '', 4, undefined],
  ];
  for (const [what, view, name, family, expected] of table) {
    it(`${what}: ${name} ${family}`, () => {
      const found = registry().lookup(view, name, [family]);
      expect(found?.addresses.map(formatIp)).to.deep.equal(expected);
    });
  }

  it('finds the name behind an address', () => {
    const names = registry();
    expect(names.reverse(both, ip('172.18.0.3'))?.name).to.equal('api.front');
    expect(names.reverse(both, ip('fd01::2'))?.name).to.equal('Db.back.net');
    expect(names.reverse(onlyFront, ip('fd01::2'))).to.equal(undefined);
    expect(names.reverse(both, ip('192.0.2.1'))).to.equal(undefined);
  });

  it('forgets what is removed and replaces what is added again', () => {
    const names = registry();
    names.add(front, { endpointId: 'e1', names: ['renamed'], addresses: [ip('172.18.0.8')] });
    expect(names.lookup(both, 'web.front', [4])).to.equal(undefined);
    expect(names.reverse(both, ip('172.18.0.2'))).to.equal(undefined);
    expect(names.lookup(both, 'renamed', [4])?.addresses).to.deep.equal([ip('172.18.0.8')]);
    names.remove('n1', 'e1');
    names.remove('n1', 'e1');
    names.remove('n1', 'e2');
    names.remove('nothing', 'e2');
    expect(names.lookup(onlyFront, 'www', [4])).to.equal(undefined);
  });
});

describe('reverse names', () => {
  for (const text of ['10.2.3.4', 'fd00::12:3', '::', '255.255.255.255']) {
    it(`go there and back: ${text}`, () =>
      expect(addressOfReverseName(reverseName(ip(text)).toUpperCase())).to.deep.equal(ip(text)));
  }
  it('are written as RFC 3596 says', () =>
    expect(reverseName(ip('2001:db8::567:89ab'))).to.equal(
      'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
    ));
  for (const name of [
    'in-addr.arpa',
    '1.2.3.in-addr.arpa',
    '1.2.3.400.in-addr.arpa',
    '1.ip6.arpa',
  ]) {
    it(`refuses ${name}`, () => expect(addressOfReverseName(name)).to.equal(undefined));
  }
});
