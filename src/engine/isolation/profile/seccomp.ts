import type { SeccompProfile } from '../../../native/seccomp/profile.js';
import { architectureMap, syscallGroups } from './syscalls.js';

const EPERM = 1;

/** Docker's default seccomp profile. */
export function defaultSeccompProfile(): SeccompProfile {
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    archMap: architectureMap,
    syscalls: syscallGroups.map(({ names, args, errno, when, unless }) => ({
      names: names.trim().split(/\s+/),
      action: errno === undefined ? 'SCMP_ACT_ALLOW' : 'SCMP_ACT_ERRNO',
      ...(errno === undefined ? {} : { errnoRet: errno }),
      ...(args ? { args } : {}),
      ...(when ? { includes: when } : {}),
      ...(unless ? { excludes: unless } : {}),
    })),
  };
}
