import type { OciSeccomp, OciSyscallRule } from '../oci.js';
import {
  goArchitecture,
  type SyscallCondition,
  type SyscallGroup,
  seccompArchitectures,
  syscallGroups,
} from './syscalls.js';

/** What the filter depends on. */
export interface SeccompFacts {
  /** `process.arch`. */
  readonly arch: string;
  /** Major and minor version of the running kernel. */
  readonly kernel: readonly [number, number];
}

const EPERM = 1;

/** Docker's default filter for a container with these capabilities (`CAP_...`). */
export function defaultSeccomp(caps: readonly string[], facts: SeccompFacts): OciSeccomp {
  const applies = ({ when = {}, unless = {} }: SyscallGroup) =>
    holds(when, caps, facts) && !forbids(unless, caps, facts);
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: seccompArchitectures[facts.arch] ?? [],
    syscalls: syscallGroups.filter(applies).map(ruleOf),
  };
}

function ruleOf({ names, args, errno }: SyscallGroup): OciSyscallRule {
  return {
    names: names.trim().split(/\s+/),
    action: errno === undefined ? 'SCMP_ACT_ALLOW' : 'SCMP_ACT_ERRNO',
    ...(errno === undefined ? {} : { errnoRet: errno }),
    ...(args ? { args } : {}),
  };
}

function holds(when: SyscallCondition, caps: readonly string[], facts: SeccompFacts): boolean {
  const arch = goArchitecture[facts.arch] ?? facts.arch;
  return (
    (when.caps ?? []).every((cap) => caps.includes(cap)) &&
    (when.arches?.includes(arch) ?? true) &&
    isAtLeast(facts.kernel, when.minKernel ?? [0, 0])
  );
}

function forbids(unless: SyscallCondition, caps: readonly string[], facts: SeccompFacts): boolean {
  const arch = goArchitecture[facts.arch] ?? facts.arch;
  return (
    (unless.caps ?? []).some((cap) => caps.includes(cap)) || (unless.arches ?? []).includes(arch)
  );
}

function isAtLeast(kernel: readonly [number, number], wanted: readonly [number, number]): boolean {
  return kernel[0] > wanted[0] || (kernel[0] === wanted[0] && kernel[1] >= wanted[1]);
}
