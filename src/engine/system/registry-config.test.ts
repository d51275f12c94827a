import { expect } from 'chai';
import type { LiveFacts } from './facts.js';
import { registryConfig, withoutPassword } from './registry-config.js';

describe('registryConfig', () => {
  it('tells networks from names, and this machine is trusted', () => {
    const live = {
      insecureRegistries: ['box:5000', '10.0.0.0/8'],
      registryMirrors: ['https://m/'],
    } as unknown as LiveFacts;
    expect(registryConfig(live)).to.deep.include({
      InsecureRegistryCIDRs: ['::1/128', '127.0.0.0/8', '10.0.0.0/8'],
      Mirrors: ['https://m/'],
      IndexConfigs: {
        'docker.io': { Name: 'docker.io', Mirrors: ['https://m/'], Secure: true, Official: true },
        'box:5000': { Name: 'box:5000', Mirrors: [], Secure: false, Official: false },
      },
    });
  });
});

describe('withoutPassword', () => {
  for (const [text, shown] of [
    ['', ''],
    ['http://proxy:1', 'http://proxy:1'],
    ['http://me:secret@proxy:1', 'http://xxxxx:xxxxx@proxy:1'],
    ['http://me@proxy:1', 'http://xxxxx:xxxxx@proxy:1'],
  ] as const) {
    it(`shows ${text} as ${shown}`, () => expect(withoutPassword(text)).to.equal(shown));
  }
});
