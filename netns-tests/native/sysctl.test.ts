import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { Namespaces } from '../../src/native/netns.js';
import { sysctls } from '../../src/native/sysctl.js';
import { describeAsRoot, thrownBy, useDescriptorCount, useFolder } from './setting.js';

describeAsRoot('sysctls', () => {
  const folder = useFolder();
  useDescriptorCount();

  it('are those of the namespace, also of an interface with a dot in its name', () => {
    using namespaces = new Namespaces();
    const forwarding = sysctls.read('net.ipv4.ip_forward');
    namespaces.make(folder('ns'));
    const key = ['net', 'ipv4', 'conf', 'br-1.2', 'route_localnet'];
    const seen = namespaces.runAt(folder('ns'), () => {
      execFileSync('ip', ['link', 'add', 'br-1.2', 'type', 'bridge'], { timeout: 5000 });
      const before = sysctls.read(key);
      sysctls.write(key, '1');
      sysctls.write('net.ipv4.ip_forward', '1');
      return [before, sysctls.read(key), sysctls.read('net.ipv4.ip_forward')];
    });
    expect(seen).to.deep.equal(['0', '1', '1']);
    expect(sysctls.exists(key)).to.equal(false);
    expect(sysctls.read('net.ipv4.ip_forward')).to.equal(forwarding);
    namespaces.remove(folder('ns'));
  });

  it('refuse what the kernel refuses', () => {
    using namespaces = new Namespaces();
    namespaces.make(folder('ns'));
    namespaces.runAt(folder('ns'), () => {
      const write = () => sysctls.write('net.ipv4.ip_default_ttl', '900');
      expect(thrownBy(write)).to.include({ code: 'EINVAL' });
      expect(thrownBy(() => sysctls.read('net.no.such'))).to.include({ code: 'ENOENT' });
    });
    namespaces.remove(folder('ns'));
  });
});
