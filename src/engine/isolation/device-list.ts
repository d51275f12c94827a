import type { HostConfig } from '../../api/types/container.js';
import { InvalidParameter } from '../../base/errors.js';
import type { OciDevice, OciDeviceRule } from './oci.js';
import { defaultDeviceRules } from './profile/devices.js';

/** The machine's devices. */
export interface DeviceFacts {
  /** The device at the path, or all below it if it is a folder; empty if there is none. */
  at(path: string): readonly OciDevice[];
}

/** The devices of a container and who may open what. */
export interface DeviceList {
  readonly devices: readonly OciDevice[];
  readonly rules: readonly OciDeviceRule[];
}

/** What `--device` and `--privileged` ask for, on top of the default. @throws InvalidParameter */
export function containerDevices(host: HostConfig, facts: DeviceFacts): DeviceList {
  const asked = (host.Devices ?? []).map((device) => {
    const found = facts.at(device.PathOnHost);
    if (found.length === 0) {
      throw new InvalidParameter(
        `error gathering device information while adding custom device "${device.PathOnHost}": no such file or directory`,
      );
    }
    const target = device.PathInContainer || device.PathOnHost;
    const moved = found.map((one) => ({
      ...one,
      path: target + one.path.slice(device.PathOnHost.length),
    }));
    return { devices: moved, access: device.CgroupPermissions || 'rwm' };
  });
  if (host.Privileged) {
    const all = [...facts.at('/dev'), ...asked.flatMap(({ devices }) => devices)];
    const byPath = new Map(all.map((device) => [device.path, device]));
    return { devices: [...byPath.values()], rules: [{ allow: true, access: 'rwm' }] };
  }
  return {
    devices: asked.flatMap(({ devices }) => devices),
    rules: [...defaultDeviceRules, ...asked.flatMap(rulesOf)],
  };
}

function rulesOf({ devices, access }: { devices: readonly OciDevice[]; access: string }) {
  return devices.map(
    ({ type, major, minor }): OciDeviceRule => ({ allow: true, type, major, minor, access }),
  );
}
