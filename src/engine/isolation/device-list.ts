import type { HostConfig } from '../../api/types/container.js';
import { InvalidParameter, System } from '../../base/errors.js';
import type { OciDevice, OciDeviceRule } from './oci.js';
import { defaultDeviceRules } from './profile/devices.js';

/** The machine's devices. */
export interface DeviceFacts {
  /** The device at the path with links followed, or all below it if it is a folder; or why there is none. */
  at(path: string): readonly OciDevice[] | 'no such file or directory' | 'not a device node';
}

/** The devices of a container and who may open what. */
export interface DeviceList {
  readonly devices: readonly OciDevice[];
  readonly rules: readonly OciDeviceRule[];
}

type DeviceMapping = NonNullable<HostConfig['Devices']>[number];

const ALL_ACCESS = 'rwm';

/** What `--device`, `--device-cgroup-rule` and `--privileged` ask for, on top of the default. @throws InvalidParameter, System */
export function containerDevices(host: HostConfig, facts: DeviceFacts): DeviceList {
  refuseRequests(host.DeviceRequests);
  return host.Privileged ? allDevices(host, facts) : askedDevices(host, facts);
}

function askedDevices(host: HostConfig, facts: DeviceFacts): DeviceList {
  const asked = (host.Devices ?? []).map((mapping) => ({
    devices: devicesOf(mapping, facts),
    access: mapping.CgroupPermissions || ALL_ACCESS,
  }));
  return {
    devices: asked.flatMap(({ devices }) => devices),
    rules: [
      ...defaultDeviceRules,
      ...asked.flatMap(({ devices, access }) => devices.map((device) => ruleFor(device, access))),
      ...(host.DeviceCgroupRules ?? []).map(parseRule),
    ],
  };
}

/** All of the machine's; of those asked for only the ones under another name are news. */
function allDevices(host: HostConfig, facts: DeviceFacts): DeviceList {
  const renamed = (host.Devices ?? []).filter(
    ({ PathOnHost, PathInContainer }) => PathInContainer !== '' && PathOnHost !== PathInContainer,
  );
  const own = facts.at('/dev');
  const all = [
    ...(typeof own === 'string' ? [] : own),
    ...renamed.flatMap((mapping) => devicesOf(mapping, facts)),
  ];
  const byPath = new Map(all.map((device) => [device.path, device]));
  return { devices: [...byPath.values()], rules: [{ allow: true, access: ALL_ACCESS }] };
}

function devicesOf(mapping: DeviceMapping, facts: DeviceFacts): OciDevice[] {
  const { PathOnHost: path, PathInContainer: target } = mapping;
  const found = facts.at(path);
  const reason = typeof found === 'string' ? found : 'not a device node';
  if (typeof found === 'string' || found.length === 0) {
    throw new InvalidParameter(
      `error gathering device information while adding custom device "${path}": ${reason}`,
    );
  }
  return found.map((one) => ({ ...one, path: (target || path) + one.path.slice(path.length) }));
}

function ruleFor({ type, major, minor }: OciDevice, access: string): OciDeviceRule {
  return { allow: true, type, major, minor, access };
}

/** `c 1:3 rwm`, `b *:* r`, as the kernel's devices controller has it. @throws InvalidParameter in Docker's words */
function parseRule(text: string): OciDeviceRule {
  const [, type, major = '', minor = '', access = ''] =
    /^([acb]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/.exec(text) ?? [];
  if (type !== 'a' && type !== 'b' && type !== 'c') {
    throw new InvalidParameter(`invalid device cgroup rule format: '${text}'`);
  }
  return {
    allow: true,
    type,
    ...(major === '*' ? {} : { major: Number(major) }),
    ...(minor === '*' ? {} : { minor: Number(minor) }),
    access,
  };
}

/** `--gpus` and the like want a driver of the daemon's, and there is none: Docker's answer where it has none either. */
function refuseRequests(requests: HostConfig['DeviceRequests']): void {
  const [first] = requests ?? [];
  if (!first) return;
  const wanted = (first.Capabilities ?? []).map((set) => `[${set.join(' ')}]`).join(' ');
  throw new System(
    `could not select device driver ${JSON.stringify(first.Driver)} with capabilities: [${wanted}]`,
  );
}
