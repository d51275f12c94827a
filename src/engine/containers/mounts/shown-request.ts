import type { MountRequest } from '../../../api/types/container.js';

/** Parts of a mount that are shown though nothing is in them: somebody gave them. */
const keptEmpty = ['BindOptions', 'VolumeOptions', 'TmpfsOptions', 'ImageOptions', 'DriverConfig'];

/** Docker API: `HostConfig.Mounts`, as it was given: what says nothing is left out. */
export function shownRequest(request: MountRequest): object {
  return withoutEmpty(request);
}

function withoutEmpty(value: object): object {
  const entries = Object.entries(value)
    .filter(([key, part]) => !isEmpty(part) || (keptEmpty.includes(key) && isObject(part)))
    .map(([key, part]) => [
      key,
      isObject(part) && !Array.isArray(part) ? withoutEmpty(part) : part,
    ]);
  return Object.fromEntries(entries);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isEmpty(value: unknown): boolean {
  return isObject(value) ? Object.keys(value).length === 0 : !value;
}
