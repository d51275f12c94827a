import { InvalidParameter } from '../../base/errors.js';
import type {
  SeccompCondition,
  SeccompFilter,
  SeccompProfile,
  SeccompProfileRule,
  SeccompRule,
} from './profile.js';

/** What decides which rules of a profile count. */
export interface SeccompSubject {
  /** Capabilities in the bounding set, `CAP_` first. */
  readonly capabilities: readonly string[];
  /** The machine as Node names it: `process.arch`. */
  readonly arch: string;
  /** `os.release()`, e.g. `6.1.0-13-amd64`. */
  readonly kernel: string;
}

/** Node's architectures with Docker's name and libseccomp's. */
const arches: Readonly<Record<string, { readonly docker: string; readonly scmp: string }>> = {
  arm: { docker: 'arm', scmp: 'SCMP_ARCH_ARM' },
  arm64: { docker: 'arm64', scmp: 'SCMP_ARCH_AARCH64' },
  ia32: { docker: 'x86', scmp: 'SCMP_ARCH_X86' },
  loong64: { docker: 'loong64', scmp: 'SCMP_ARCH_LOONGARCH64' },
  ppc64: { docker: 'ppc64le', scmp: 'SCMP_ARCH_PPC64LE' },
  riscv64: { docker: 'riscv64', scmp: 'SCMP_ARCH_RISCV64' },
  s390x: { docker: 's390x', scmp: 'SCMP_ARCH_S390X' },
  x64: { docker: 'amd64', scmp: 'SCMP_ARCH_X86_64' },
};

/**
 * The filter that a profile means for one container: rules whose conditions don't hold are left out, as
 * Docker does. @throws InvalidParameter, in Docker's words, for a profile that contradicts itself
 */
export function selectRules(profile: SeccompProfile, subject: SeccompSubject): SeccompFilter {
  const syscalls = (profile.syscalls ?? [])
    .filter((rule) => counts(rule, subject))
    .map(definiteRule);
  const architectures = architecturesOf(profile, subject.arch);
  const { defaultErrnoRet, flags } = profile;
  return {
    defaultAction: profile.defaultAction,
    ...(typeof defaultErrnoRet === 'number' && { defaultErrnoRet }),
    ...(architectures.length > 0 && { architectures }),
    ...(flags && flags.length > 0 && { flags: [...flags] }),
    ...(syscalls.length > 0 && { syscalls }),
  };
}

function architecturesOf(profile: SeccompProfile, arch: string): string[] {
  const listed = profile.architectures ?? [];
  const map = profile.archMap ?? [];
  if (listed.length > 0 && map.length > 0) {
    throw new InvalidParameter(
      "both 'architectures' and 'archMap' are specified in the seccomp profile, use either 'architectures' or 'archMap'",
    );
  }
  if (listed.length > 0) return [...listed];
  const native = arches[arch]?.scmp;
  const entry = map.find(({ architecture }) => architecture === native);
  return entry ? [entry.architecture, ...(entry.subArchitectures ?? [])] : [];
}

function counts({ includes, excludes }: SeccompProfileRule, subject: SeccompSubject): boolean {
  return isIncluded(includes ?? {}, subject) && !isExcluded(excludes ?? {}, subject);
}

function isIncluded(
  { caps, arches: names, minKernel }: SeccompCondition,
  subject: SeccompSubject,
): boolean {
  if (names && names.length > 0 && !names.includes(dockerArch(subject))) return false;
  if (caps && !caps.every((cap) => subject.capabilities.includes(cap))) return false;
  return !minKernel || isAtLeast(subject.kernel, minKernel);
}

function isExcluded(
  { caps, arches: names, minKernel }: SeccompCondition,
  subject: SeccompSubject,
): boolean {
  if (names?.includes(dockerArch(subject))) return true;
  if (caps?.some((cap) => subject.capabilities.includes(cap))) return true;
  return Boolean(minKernel) && isAtLeast(subject.kernel, minKernel ?? '');
}

function dockerArch({ arch }: SeccompSubject): string {
  return arches[arch]?.docker ?? arch;
}

/** Compares `major.minor`, the only parts that a profile may name. */
function isAtLeast(kernel: string, minimum: string): boolean {
  const [major = 0, minor = 0] = versionOf(kernel);
  const [minMajor = 0, minMinor = 0] = versionOf(minimum);
  return major > minMajor || (major === minMajor && minor >= minMinor);
}

function versionOf(text: string): number[] {
  const match = /^(\d+)\.(\d+)/.exec(text);
  if (!match) throw new InvalidParameter(`invalid kernel version in the seccomp profile: ${text}`);
  return match.slice(1).map(Number);
}

function definiteRule({ name, names, action, errnoRet, args }: SeccompProfileRule): SeccompRule {
  if (name && names && names.length > 0) {
    throw new InvalidParameter(
      "both 'name' and 'names' are specified in the seccomp profile, use either 'name' or 'names'",
    );
  }
  return {
    names: name ? [name] : [...(names ?? [])],
    action,
    ...(typeof errnoRet === 'number' && { errnoRet }),
    ...(args && args.length > 0 && { args: [...args] }),
  };
}
