import { expect } from 'chai';
import * as v from 'valibot';
import { type HostConfig, hostConfig } from '../../api/types/container.js';
import { containerDevices } from './device-list.js';
import type { OciDevice } from './oci.js';

const device = (path: string, minor: number): OciDevice => ({
  path,
  type: 'c',
  major: 13,
  minor,
  fileMode: 0o600,
  uid: 0,
  gid: 0,
});
const mice = [device('/dev/input/mouse0', 32), device('/dev/input/mouse1', 33)];
const facts = {
  at(path: string) {
    if (path === '/dev/input' || path === '/dev') return mice;
    if (path === '/dev/empty') return [];
    return path === '/etc/hosts' ? 'not a device node' : 'no such file or directory';
  },
} as const;
const list = (asked: Partial<HostConfig>) =>
  containerDevices({ ...v.parse(hostConfig, {}), ...asked }, facts);
const map = (PathOnHost: string, PathInContainer = '', CgroupPermissions = '') => ({
  Devices: [{ PathOnHost, PathInContainer, CgroupPermissions }],
});

describe('containerDevices', () => {
  it('takes all of a folder, under another name', () => {
    const { devices, rules } = list(map('/dev/input', '/dev/in', 'r'));
    expect(devices.map(({ path }) => path)).to.deep.equal(['/dev/in/mouse0', '/dev/in/mouse1']);
    expect(rules.slice(-2)).to.deep.equal([
      { allow: true, type: 'c', major: 13, minor: 32, access: 'r' },
      { allow: true, type: 'c', major: 13, minor: 33, access: 'r' },
    ]);
  });

  it('reads rules', () => {
    const { rules } = list({ DeviceCgroupRules: ['c 13:* rw', 'b *:7 m', 'a *:* rwm'] });
    expect(rules.slice(-3)).to.deep.equal([
      { allow: true, type: 'c', major: 13, access: 'rw' },
      { allow: true, type: 'b', minor: 7, access: 'm' },
      { allow: true, type: 'a', access: 'rwm' },
    ]);
  });

  it('gives a privileged container all, and those renamed', () => {
    const { devices, rules } = list({ Privileged: true, ...map('/dev/input', '/dev/in') });
    expect(devices).to.have.length(4);
    expect(rules).to.deep.equal([{ allow: true, access: 'rwm' }]);
    expect(list({ Privileged: true, ...map('/dev/nope', '/dev/nope') }).devices).to.have.length(2);
  });

  const refused: [asked: Partial<HostConfig>, words: string][] = [
    [map('/dev/nope'), 'custom device "/dev/nope": no such file or directory'],
    [map('/etc/hosts'), 'custom device "/etc/hosts": not a device node'],
    [map('/dev/empty'), 'custom device "/dev/empty": not a device node'],
    [{ DeviceCgroupRules: ['c 1:3'] }, "invalid device cgroup rule format: 'c 1:3'"],
    [{ DeviceCgroupRules: ['c 1:3 x'] }, "invalid device cgroup rule format: 'c 1:3 x'"],
    [
      {
        DeviceRequests: [
          { Driver: '', Count: -1, DeviceIDs: [], Capabilities: [['gpu']], Options: {} },
        ],
      },
      'could not select device driver "" with capabilities: [[gpu]]',
    ],
  ];
  for (const [asked, words] of refused) {
    it(`refuses ${JSON.stringify(asked)}`, () => expect(() => list(asked)).to.throw(words));
  }
});
