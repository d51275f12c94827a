import { expect } from 'chai';
import { InvalidParameter } from '../base/errors.js';
import { type SysctlKey, sysctlPath, sysctls } from './sysctl.js';

describe('sysctlPath', () => {
  const good: [key: SysctlKey, path: string][] = [
    ['net.ipv4.ip_forward', '/proc/sys/net/ipv4/ip_forward'],
    ['net/ipv4/conf/br-1.2/forwarding', '/proc/sys/net/ipv4/conf/br-1.2/forwarding'],
    [['net', 'ipv4', 'conf', 'br-1.2', 'mtu'], '/proc/sys/net/ipv4/conf/br-1.2/mtu'],
  ];
  for (const [key, path] of good) {
    it(`${JSON.stringify(key)} is ${path}`, () => expect(sysctlPath(key)).to.equal(path));
  }

  const bad: SysctlKey[] = [
    '',
    [],
    'net..ipv4',
    '/etc/passwd',
    '../../etc',
    ['net', '..', 'kernel'],
    ['net', 'a/b'],
    ['net', '.'],
    ['net', 'a\0b'],
  ];
  for (const key of bad) {
    it(`refuses ${JSON.stringify(key)}`, () =>
      expect(() => sysctlPath(key)).to.throw(InvalidParameter));
  }
});

describe('sysctls', () => {
  it('reads a value without its line end', () => {
    expect(sysctls.read('kernel.ostype')).to.equal('Linux');
  });

  it('knows which keys exist', () => {
    expect(sysctls.exists('kernel.ostype')).to.equal(true);
    expect(sysctls.exists('kernel.no_such_thing')).to.equal(false);
  });
});
