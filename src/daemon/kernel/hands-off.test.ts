import { expect } from 'chai';
import { noFirewall, withoutForwarding } from './hands-off.js';

describe('withoutForwarding', () => {
  const keys: [string | string[], boolean][] = [
    ['net.ipv4.ip_forward', false],
    ['net/ipv6/conf/all/forwarding', false],
    [['net', 'ipv4', 'ip_forward'], false],
    [['net', 'ipv6', 'conf', 'all', 'forwarding'], false],
    [['net', 'ipv6', 'conf', 'eth0', 'forwarding'], true],
    ['net.ipv4.conf.docker0.route_localnet', true],
  ];
  for (const [key, isWritten] of keys) {
    it(`${isWritten ? 'writes' : 'leaves'} ${key}`, () => {
      const written: unknown[] = [];
      const sysctls = withoutForwarding({
        read: () => '0',
        exists: () => true,
        write: (...args) => written.push(args),
      });
      sysctls.write(key, '1');
      expect(written).to.deep.equal(isWritten ? [[key, '1']] : []);
      expect(sysctls.read(key)).to.equal('0');
    });
  }
});

describe('noFirewall', () => {
  it('installs nothing, and clears away what an earlier daemon has installed', () => {
    let drops = 0;
    const firewall = noFirewall({ dropTables: () => void drops++ });
    firewall.install([]);
    firewall.remove(['network/x']);
    expect(drops).to.equal(0);
    firewall.replaceAll([]);
    expect(drops).to.equal(1);
  });
});
