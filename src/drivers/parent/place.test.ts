import { expect } from 'chai';
import { InvalidParameter } from '../../base/errors.js';
import { type ParentPlace, parentName, parentPlace } from './place.js';

const id = 'a1b2c3d4e5f6'.padEnd(64, '0');

describe('where a network on a parent is', () => {
  const places: readonly [parent: string | undefined, stands: boolean, ParentPlace][] = [
    [undefined, false, { kind: 'nowhere', name: 'dm-a1b2c3d4e5f6' }],
    ['', false, { kind: 'nowhere', name: 'dm-a1b2c3d4e5f6' }],
    ['eth0', true, { kind: 'device', name: 'eth0' }],
    ['eth0.10', false, { kind: 'vlan', name: 'eth0.10', device: 'eth0', id: 10 }],
    // It may be that of another network, which could go first.
    ['eth0.10', true, { kind: 'vlan', name: 'eth0.10', device: 'eth0', id: 10 }],
    ['eth0.1', false, { kind: 'vlan', name: 'eth0.1', device: 'eth0', id: 1 }],
    ['eth0.4094', false, { kind: 'vlan', name: 'eth0.4094', device: 'eth0', id: 4094 }],
    ['eth0.office', true, { kind: 'device', name: 'eth0.office' }],
    ['eth0.10.20', true, { kind: 'device', name: 'eth0.10.20' }],
  ];
  for (const [parent, stands, place] of places) {
    it(`${parent ?? 'none'}, ${stands ? 'there' : 'not there'}: ${place.kind}`, () => {
      expect(parentPlace(id, parent, stands)).to.deep.equal(place);
      expect(parentName(id, parent)).to.equal(place.name);
    });
  }

  const refused: readonly [parent: string, text: string][] = [
    ['nope', 'parent interface nope was not found on the host'],
    ['eth0.0', 'vlan id must be between 1-4094, received: 0'],
    ['eth0.4095', 'vlan id must be between 1-4094, received: 4095'],
    ['eth0.x', 'invalid subinterface vlan name eth0.x, example formatting is eth0.10'],
    ['eth0.10.20', 'invalid subinterface vlan name eth0.10.20'],
    ['.10', 'vlan id'],
  ];
  for (const [parent, text] of refused) {
    it(`${parent}, not there: refused`, () => {
      expect(() => parentPlace(id, parent, false)).to.throw(InvalidParameter, text);
    });
  }
});
