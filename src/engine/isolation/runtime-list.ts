import { InvalidParameter, Unavailable } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { findProgram, Runtime, type RuntimeOptions, type RuntimeProgram } from './runtime.js';
import { knownFlaws, remedyFor } from './runtime-flaws.js';

/** Runtimes that are there without being configured, in the order of preference. */
const stock: readonly RuntimeProgram[] = [
  { name: 'crun', program: 'crun', args: [] },
  { name: 'runc', program: 'runc', args: [] },
];

/** Names that Docker's clients may send for its own runtime. */
const aliases: Readonly<Record<string, string>> = { 'io.containerd.runc.v2': 'runc' };

/** Which runtimes there are to be. */
export interface RuntimeWishes {
  /** `--add-runtime`, and `runtimes` in the settings file. */
  readonly configured: readonly RuntimeProgram[];
  /** `--default-runtime`, a name; empty: crun where it works, else runc. A path is taken, too. */
  readonly fallback: string;
}

/** A runtime that clients may ask for by name: Docker API `Runtimes` of `GET /info`. */
export interface ListedRuntime {
  readonly path: string;
  readonly runtimeArgs?: readonly string[];
}

/** The runtimes that were found as they were wished for. */
interface Found {
  readonly opened: ReadonlyMap<string, Runtime>;
  readonly programs: ReadonlyMap<string, RuntimeProgram>;
  readonly preferred: Runtime;
}

/** The OCI runtimes by name. One that is configured may be missing on this machine; only its use is refused then. */
export class RuntimeList implements Disposable {
  readonly #options: RuntimeOptions;
  #found: Found;
  readonly #extra: Runtime[] = [];

  private constructor(options: RuntimeOptions, found: Found) {
    this.#options = options;
    this.#found = found;
  }

  /** Tries all of them at once. @throws Unavailable if there is no default one, InvalidParameter if it isn't known */
  static async open(options: RuntimeOptions, wishes: RuntimeWishes): Promise<RuntimeList> {
    return new RuntimeList(options, await find(options, wishes, []));
  }

  /**
   * Takes over other wishes. What is no longer among them goes on serving the containers that were made with it.
   * @throws as `open`, and nothing is changed
   */
  async replace(wishes: RuntimeWishes): Promise<void> {
    const before = this.all;
    this.#found = await find(this.#options, wishes, before);
    const opened = new Set(this.#found.opened.values());
    this.#extra.splice(0, Infinity, ...before.filter((one) => !opened.has(one)));
  }

  /** What a container has that asks for none. */
  get preferred(): Runtime {
    return this.#found.preferred;
  }

  /** @throws InvalidParameter in Docker's words if there is none of the name; empty is the default one */
  named(name: string): Runtime {
    if (name === '') return this.preferred;
    const key = aliases[name] ?? name;
    const found = this.#found.opened.get(key);
    if (found) return found;
    const program = this.#found.programs.get(key);
    // A client that names Docker's own runtime wants the usual one.
    if (key === 'runc' && name !== key) return this.preferred;
    if (!program) throw new InvalidParameter(`unknown or invalid runtime name: ${name}`);
    throw new InvalidParameter(
      `error while looking up the specified runtime path: exec: ${JSON.stringify(program.program)}: executable file not found in $PATH`,
    );
  }

  /** The runtime that a container was made with, also one that is no longer configured. */
  async remembered(options: RuntimeOptions, program: RuntimeProgram): Promise<void> {
    const isThere = this.all.some((one) => one.is(program));
    const runtime = isThere ? undefined : await Runtime.open(options, program);
    if (runtime) this.#extra.push(runtime);
  }

  /** By what a container's record says of it; the default one where that is gone from the machine. */
  of(program: RuntimeProgram | undefined): Runtime {
    if (!program) return this.preferred;
    return this.all.find((one) => one.is(program)) ?? this.preferred;
  }

  get all(): readonly Runtime[] {
    return [...this.#found.opened.values(), ...this.#extra];
  }

  /** Those that clients may name, by name: the stock ones that are installed, and all that are configured. */
  listed(): Readonly<Record<string, ListedRuntime>> {
    const { opened, programs } = this.#found;
    const shown = [...programs.values()].filter(
      ({ name }) => opened.has(name) || !stock.some((one) => one.name === name),
    );
    return Object.fromEntries(
      shown.map(({ name, program, args }) => [
        name,
        { path: program, ...(args.length > 0 ? { runtimeArgs: args } : {}) },
      ]),
    );
  }

  /**
   * Says which of those that may be used have holes that are known; see docs/security.md. A warning if it is what
   * containers have that ask for none.
   */
  tellFlaws(logger: Logger): void {
    for (const runtime of this.all) {
      const { name, kind, version } = runtime;
      const flaws = knownFlaws(kind, version);
      if (flaws.length === 0) continue;
      logger[runtime === this.preferred ? 'warn' : 'info'](
        'the OCI runtime is older than the fixes of known ways out of a container',
        {
          runtime: name,
          version,
          flaws: flaws.map(({ id }) => id).join(' '),
          remedy: remedyFor(version),
        },
      );
    }
  }

  [Symbol.dispose](): void {
    for (const runtime of this.all) runtime[Symbol.dispose]();
  }
}

/** Those that are open already are taken as they are. */
async function find(
  options: RuntimeOptions,
  wishes: RuntimeWishes,
  present: readonly Runtime[],
): Promise<Found> {
  const programs = new Map(
    [...stock, ...wishes.configured, ...byPath(wishes.fallback)].map((one) => [one.name, one]),
  );
  const tried = [...programs.values()].map(async (program) => {
    const runtime =
      present.find((one) => isOf(one, program)) ?? (await Runtime.open(options, program));
    return runtime ? [[program.name, runtime] as const] : [];
  });
  const opened = new Map((await Promise.all(tried)).flat());
  try {
    return { opened, programs, preferred: defaultOf(opened, programs, wishes.fallback) };
  } catch (error) {
    const made = [...opened.values()].filter((one) => !present.includes(one));
    for (const runtime of made) runtime[Symbol.dispose]();
    throw error;
  }
}

function isOf(runtime: Runtime, { name, program, args }: RuntimeProgram): boolean {
  const path = findProgram(program);
  return runtime.name === name && path !== undefined && runtime.is({ name, program: path, args });
}

/** A default runtime may be given by its path. */
function byPath(fallback: string): RuntimeProgram[] {
  return fallback.includes('/') ? [{ name: fallback, program: fallback, args: [] }] : [];
}

function defaultOf(
  opened: ReadonlyMap<string, Runtime>,
  programs: ReadonlyMap<string, RuntimeProgram>,
  fallback: string,
): Runtime {
  if (fallback !== '' && !programs.has(fallback)) {
    throw new InvalidParameter(`specified default runtime '${fallback}' does not exist`);
  }
  const wanted = fallback === '' ? stock.map(({ name }) => name) : [fallback];
  const found = wanted.map((name) => opened.get(name)).find((one) => one !== undefined);
  if (found) return found;
  const names = wanted.map((name) => programs.get(name)?.program ?? name).join(', ');
  throw new Unavailable(`no OCI runtime found: install one of ${names}`);
}
