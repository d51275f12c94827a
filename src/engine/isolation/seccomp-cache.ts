import { createHash } from 'node:crypto';
import type { SeccompFilter } from '../../native/seccomp/profile.js';
import type { OciSpec } from './oci.js';

/** Turns a filter into the kernel's bytes. */
export type SeccompCompiler = (filter: SeccompFilter) => Buffer;

/** crun loads the program in this annotation, base64, instead of compiling `linux.seccomp`. */
const ANNOTATION = 'run.oci.seccomp_bpf_data';
/** Filters differ by capabilities only, so few are in use; a user's own profiles must not pile up for ever. */
const CAPACITY = 64;

/** Compiled filters by content: compiling takes tens of milliseconds, which each start would pay otherwise. */
export class SeccompCache {
  readonly #compile: SeccompCompiler;
  readonly #programs = new Map<string, string>();

  constructor(compile: SeccompCompiler) {
    this.#compile = compile;
  }

  /** The specification with its filter compiled into the annotation. @throws InvalidParameter for a bad filter */
  precompiled(spec: OciSpec): OciSpec {
    const { seccomp, ...linux } = spec.linux;
    if (!seccomp) return spec;
    const annotations = { ...spec.annotations, [ANNOTATION]: this.#program(seccomp) };
    return { ...spec, annotations, linux };
  }

  /** Compiles a filter ahead of its first use. */
  warm(filter: SeccompFilter): void {
    this.#program(filter);
  }

  #program(filter: SeccompFilter): string {
    const key = createHash('sha256').update(JSON.stringify(filter)).digest('base64');
    const program = this.#programs.get(key) ?? this.#compile(filter).toString('base64');
    // Re-inserted, so that the first key is the one that was not needed for the longest time.
    this.#programs.delete(key);
    this.#programs.set(key, program);
    const [oldest] = this.#programs.keys();
    if (this.#programs.size > CAPACITY && oldest !== undefined) this.#programs.delete(oldest);
    return program;
  }
}
