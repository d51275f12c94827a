import { expect } from 'chai';
import fc from 'fast-check';
import { InvalidParameter } from '../../base/errors.js';
import { parentConfig } from './config.js';
import { parentLabel } from './labels.js';
import { parentPlace } from './place.js';

const name = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'eth09.-@:/ "*;{}\n'), maxLength: 10 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc
    .tuple(
      fc.constantFrom('eth0', 'all', 'default', '', '-x'),
      fc.constantFrom('10', '0', '4095', '1.2'),
    )
    .map(([device, tag]) => `${device}.${tag}`),
  fc.constantFrom('eth0', 'lo', '..', '.', 'all', 'default', '../eth0', ''),
);

describe('hostile parents', () => {
  it('are refused, or are one harmless link', async () => {
    let taken = 0;
    await fc.assert(
      fc.property(name, name, fc.boolean(), (parent, prefix, stands) => {
        const options = { [parentLabel.parent]: parent, [parentLabel.interfacePrefix]: prefix };
        try {
          const config = parentConfig({ options, enableIPv6: false }, 'macvlan');
          const place = parentPlace('a1'.padEnd(64, '0'), config.parent, stands);
          taken++;
          for (const text of [place.name, config.interfacePrefix]) {
            expect(text).to.match(/^[\w.@+=,~#%^][\w.@+=,~#%^-]{0,14}$/);
            expect(text).not.to.match(/^(\.|\.\.|all|default|lo)$/);
          }
          if (place.kind === 'vlan') {
            expect(place.id).to.be.within(1, 4094);
            expect(place.name.startsWith(`${place.device}.`)).to.equal(true);
          }
        } catch (error) {
          expect(error).to.be.instanceOf(InvalidParameter);
        }
      }),
      { numRuns: 4000 },
    );
    expect(taken).to.be.greaterThan(50);
  });
});
