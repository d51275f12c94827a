import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path/posix';
import type { TtySize } from '../../api/server/backend.js';
import { Conflict } from '../../base/errors.js';
import { type FileOwner, hostOwner } from '../../base/id-mapping.js';
import { attachTo } from './attach.js';
import type { Conmon } from './conmon.js';
import { CONTROL_FIFO } from './conmon-command.js';
import { tellSize } from './conmon-control.js';
import type { ContainerRecords } from './container-record.js';
import type { ExecRequest, Exit, LaunchedExec } from './contract.js';
import { SPEC_FILE } from './deletion.js';
import { execProcess } from './exec-process.js';
import { type HostFacts, readAccounts } from './host-facts.js';
import { type OciProcess, type OciSpec, specText } from './oci.js';
import type { Runtime } from './runtime.js';
import { runtimeError } from './runtime-errors.js';
import type { RuntimeExecs } from './runtime-exec.js';

/** What further processes are started with. */
export interface ExecParts {
  /** The runtime of a container. */
  runtimeOf(id: string): Runtime;
  readonly records: ContainerRecords;
  readonly facts: HostFacts;
  readonly conmon: Conmon;
  /** Undefined on a machine without a shell: then conmon serves all. */
  readonly runtimeExecs: RuntimeExecs | undefined;
}

/** An exec with all that it is made of. */
interface Task {
  readonly request: ExecRequest;
  readonly runtime: Runtime;
  /** JSON of the OCI process. */
  readonly spec: string;
  /** Who its user is on the host, in a container with a user namespace. */
  readonly owner: FileOwner | undefined;
  fail(complaint: string): Error;
}

/** Further processes in containers that clients talk to. */
export class ContainerExecs {
  readonly #parts: ExecParts;

  constructor(parts: ExecParts) {
    this.#parts = parts;
  }

  /** @throws NotFound, InvalidParameter for an unknown user or program, System with the runtime's reason */
  async start(request: ExecRequest): Promise<LaunchedExec> {
    const { records, runtimeOf, facts, runtimeExecs } = this.#parts;
    const { containerId, args, user } = request;
    const { runDir, init } = records.get(containerId);
    const container: OciSpec = JSON.parse(readFileSync(join(runDir, SPEC_FILE), 'utf8'));
    const accounts =
      user === '' ? { passwd: '', group: '' } : readAccounts(`/proc/${init.pid}/root`);
    const { capabilities } = facts;
    const process = execProcess(request, { container: container.process, accounts, capabilities });
    const task: Task = {
      request,
      runtime: runtimeOf(containerId),
      spec: specText(process),
      owner: ownerOf(container, process),
      fail: (said) => runtimeError('exec', said, args[0] ?? ''),
    };
    const waits = runtimeExecs && canWait(task, container);
    return waits ? this.#byRuntime(runtimeExecs, task) : this.#byConmon(task);
  }

  async #byRuntime(runtimeExecs: RuntimeExecs, task: Task): Promise<LaunchedExec> {
    const { containerId, execId, openStdin } = task.request;
    const { pid, streams, ended } = await runtimeExecs.start({ ...task, containerId, openStdin });
    let isOver = false;
    const exited = ended.then(({ code }) => {
      isOver = true;
      return exitWith(code);
    });
    // Without a terminal there is nothing that has a size.
    const resize = async () => {
      if (isOver) throw new Conflict(`exec ${execId} is not running`);
    };
    return { pid, streams, exited, resize };
  }

  async #byConmon({ request, runtime, spec, fail }: Task): Promise<LaunchedExec> {
    const { containerId, execId, tty, openStdin, size } = request;
    const folder = join(request.runDir, execId);
    const execSpec = writeSpec(folder, spec);
    const clean = () => rmSync(folder, { recursive: true, force: true });
    try {
      const started = await this.#parts.conmon.exec(
        {
          runtime,
          id: containerId,
          uuid: execId,
          folder,
          tty,
          openStdin,
          keepStdin: tty,
          log: 'none',
          execSpec,
        },
        {
          attach: () =>
            attachTo(execId, folder, { tty, stdin: openStdin, openStdin, linger: false }),
          fail,
        },
      );
      const exited = started.exitCode.then((code) => {
        clean();
        return exitWith(code);
      });
      const resize = async (to: TtySize) =>
        tellSize(join(folder, CONTROL_FIFO), to, `exec ${execId}`);
      if (size && tty) await resize(size);
      return { pid: started.pid, streams: started.streams, exited, resize };
    } catch (error) {
      clean();
      throw error;
    }
  }
}

/** Whether the runtime can do without conmon: see {@link RuntimeExecs}. Who knows what a script around it waits for. */
function canWait({ request, runtime }: Task, { linux }: OciSpec): boolean {
  const hasOwnPids = linux.namespaces.some(({ type }) => type === 'pid');
  const isCrunItself = runtime.image !== undefined;
  return isCrunItself && !request.tty && hasOwnPids;
}

/** Who the user of a process is on the host, if the container has a user namespace. @throws InvalidParameter */
function ownerOf({ linux }: OciSpec, { user }: OciProcess): FileOwner | undefined {
  const { uidMappings: uids, gidMappings: gids } = linux;
  return uids && gids && hostOwner({ uids, gids }, user);
}

function writeSpec(folder: string, spec: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'process.json');
  writeFileSync(path, spec);
  return path;
}

function exitWith(code: number): Exit {
  return { code, at: new Date().toISOString(), oomKilled: false };
}
