/** What a filter does with a call: `SCMP_ACT_ALLOW`, `SCMP_ACT_ERRNO`, `SCMP_ACT_KILL_PROCESS`, ... (seccomp_init(3)). */
export type SeccompAction = string;

/** A condition on an argument of the call. */
export interface SeccompArg {
  /** 0 to 5. */
  readonly index: number;
  /** What to compare with; for `SCMP_CMP_MASKED_EQ` the mask. */
  readonly value: number;
  /** For `SCMP_CMP_MASKED_EQ` what must be left under the mask. */
  readonly valueTwo?: number;
  /** `SCMP_CMP_EQ`, `SCMP_CMP_NE`, `SCMP_CMP_MASKED_EQ`, ... */
  readonly op: string;
}

/** When a rule of a profile counts, or does not. Absent parts say nothing. */
export interface SeccompCondition {
  /** `CAP_SYS_ADMIN`, ... In `includes` all must be there, in `excludes` one is enough. */
  readonly caps?: readonly string[] | null;
  /** Docker's names, `amd64` and so on: one of them. */
  readonly arches?: readonly string[] | null;
  /** `major.minor`: this kernel or a newer one. */
  readonly minKernel?: string | null;
}

/** A rule for some calls. */
export interface SeccompProfileRule {
  readonly names?: readonly string[] | null;
  /** An old way to write `names` with one name. */
  readonly name?: string;
  readonly action: SeccompAction;
  /** errno of `SCMP_ACT_ERRNO`, default EPERM. */
  readonly errnoRet?: number | null;
  readonly args?: readonly SeccompArg[] | null;
  readonly includes?: SeccompCondition | null;
  readonly excludes?: SeccompCondition | null;
}

/** A seccomp profile as Docker writes it (`--security-opt seccomp=FILE`). */
export interface SeccompProfile {
  readonly defaultAction: SeccompAction;
  /** errno of `SCMP_ACT_ERRNO` as the default action; default EPERM. */
  readonly defaultErrnoRet?: number | null;
  /** libseccomp's names, `SCMP_ARCH_X86_64`. Not together with `archMap`. */
  readonly architectures?: readonly string[] | null;
  /** The architectures to filter for, by that of the machine. */
  readonly archMap?:
    | readonly {
        readonly architecture: string;
        readonly subArchitectures?: readonly string[] | null;
      }[]
    | null;
  readonly syscalls?: readonly SeccompProfileRule[] | null;
  /** `SECCOMP_FILTER_FLAG_LOG`, ... */
  readonly flags?: readonly string[] | null;
}

/** A rule that counts here. The shape is that of the OCI runtime spec, `linux.seccomp.syscalls`. */
export interface SeccompRule {
  names: string[];
  action: SeccompAction;
  errnoRet?: number;
  args?: SeccompArg[];
}

/** A profile made definite for one container on one machine: `linux.seccomp` of the OCI runtime spec. */
export interface SeccompFilter {
  defaultAction: SeccompAction;
  defaultErrnoRet?: number;
  architectures?: string[];
  flags?: string[];
  syscalls?: SeccompRule[];
}
