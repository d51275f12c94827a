import { InvalidParameter, System } from '../../base/errors.js';
import type { OciProcess } from './oci.js';

/** What the runtime was asked to do when it refused. */
export type RuntimeTask = 'create' | 'exec';

interface Wording {
  readonly pattern: RegExp;
  /** Docker's words for it, `program` being what was to be executed. */
  readonly text: (program: string, match: RegExpExecArray) => string;
}

const quoted = (program: string, reason: string) => `exec: ${JSON.stringify(program)}: ${reason}`;

const notFound = (program: string) =>
  program.includes('/')
    ? quoted(program, `stat ${program}: no such file or directory`)
    : quoted(program, 'executable file not found in $PATH');

/** crun's and runc's complaints about the program itself, and about where it is to run. */
const wordings: readonly Wording[] = [
  { pattern: /executable file [`'"]?.*?['"`]? ?not found in \$PATH/, text: notFound },
  { pattern: /exec: ".*": (executable file not found|stat .*: no such file)/, text: notFound },
  {
    pattern: /exec: ".*": is a directory/,
    text: (program) => quoted(program, 'is a directory: permission denied'),
  },
  {
    pattern: /open executable|exec: ".*": permission denied|^exec .*: permission denied/im,
    text: (program) => quoted(program, 'permission denied'),
  },
  {
    pattern: /^chdir [`'"](.*?)['"`]: (.*)$/,
    text: (_, [, folder, reason = '']) =>
      `chdir to cwd (${JSON.stringify(folder)}) set in config.json failed: ${reason.toLowerCase()}`,
  },
];

const prefixes: Record<RuntimeTask, string> = {
  create:
    'failed to create task for container: failed to create shim task: OCI runtime create failed: ',
  exec: 'OCI runtime exec failed: exec failed: ',
};

/**
 * The runtime's complaint in the words that Docker's clients look for. One about the program is
 * InvalidParameter, anything else System.
 */
export function runtimeError(
  task: RuntimeTask,
  complaint: string,
  program: string,
): InvalidParameter | System {
  const said = unwrapped(complaint);
  for (const { pattern, text } of wordings) {
    const match = pattern.exec(said);
    if (!match) continue;
    const reason = `unable to start container process: ${text(program, match)}: unknown`;
    return new InvalidParameter(prefixes[task] + reason);
  }
  return new System(`${prefixes[task]}${said || 'the runtime gave no reason'}: unknown`);
}

/** crun needs some twenty, and more for each control group; runc fewer. */
const enoughFiles = 64;
/** The second is said by the kernel of a control group that could not be filled in. */
const wantsFiles = /too many open files|cgroup\.procs.*no space left on device/i;

/**
 * The complaint about a container's creation. The limit of open files counts for the runtime too, which then stops anywhere.
 */
export function creationError(
  complaint: string,
  { args, rlimits = [] }: Pick<OciProcess, 'args' | 'rlimits'>,
): InvalidParameter | System {
  const error = runtimeError('create', complaint, args[0] ?? '');
  const limit = rlimits.find(({ type }) => type === 'RLIMIT_NOFILE')?.soft;
  if (typeof limit !== 'number' || limit >= enoughFiles || !wantsFiles.test(complaint))
    return error;
  return new System(
    `${prefixes.create}the OCI runtime can't make a container with ${limit} open files ` +
      `(--ulimit nofile, or a default of the daemon), use ${enoughFiles} or more: ${unwrapped(complaint)}: unknown`,
  );
}

/**
 * The exit code that Docker gives a container or an exec whose program could not be started, by the text:
 * 127 not found, 126 can't be executed, 128 anything else.
 */
export function startFailureCode(message: string): 126 | 127 | 128 {
  if (message.includes('chdir to cwd')) return 126;
  if (/executable file not found|no such file or directory/.test(message)) return 127;
  if (/permission denied|is a directory/i.test(message)) return 126;
  return 128;
}

/** runc logs `time="..." level=error msg="..."`, crun may put the time before its text. */
function unwrapped(complaint: string): string {
  const lines = complaint.trim().split('\n');
  const last = lines.findLast((line) => line.trim() !== '') ?? '';
  const logged = /\bmsg=("(?:[^"\\]|\\.)*")/.exec(last)?.[1];
  return logged ? String(JSON.parse(logged)) : last.replace(/^[\dTZ:.+-]+: /, '').trim();
}
