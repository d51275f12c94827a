import { InvalidParameter } from '../../base/errors.js';

/** Newest and oldest version of the Docker Engine API that we serve. */
export const apiVersion = '1.48';
/** The oldest version of the API that is served. */
export const minApiVersion = '1.24';

/** Splits `/v1.41/containers/json`. A path without a version is served as the newest. @throws InvalidParameter in Docker's words */
export function splitVersion(path: string): { version: string; path: string } {
  const match = /^\/v(\d+\.\d+)(\/.*)$/.exec(path);
  if (!match) return { version: apiVersion, path };
  const [, version = '', rest = ''] = match;
  if (compareVersions(version, apiVersion) > 0) {
    throw new InvalidParameter(
      `client version ${version} is too new. Maximum supported API version is ${apiVersion}`,
    );
  }
  if (compareVersions(version, minApiVersion) < 0) {
    throw new InvalidParameter(
      `client version ${version} is too old. Minimum supported API version is ${minApiVersion}, ` +
        'please upgrade your client to a newer version',
    );
  }
  return { version, path: rest };
}

/** Negative, zero or positive as `a` is older than, the same as, or newer than `b`. */
export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}
