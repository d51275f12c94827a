import { expect } from 'chai';
import { noFirewall } from './hands-off.js';

describe('noFirewall', () => {
  it('installs nothing, and clears away what an earlier daemon has installed', () => {
    let drops = 0;
    const firewall = noFirewall(() => void drops++);
    firewall.install([]);
    firewall.remove(['network/x']);
    expect(drops).to.equal(0);
    firewall.replaceAll([]);
    expect(drops).to.equal(1);
  });
});
