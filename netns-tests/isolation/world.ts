import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import type { AttachedStreams } from '../../src/api/server/backend.js';
import type { ContainerConfig, HostConfig } from '../../src/api/types/container.js';
import { containerConfig, hostConfig } from '../../src/api/types/container.js';
import { randomIds } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import type { ExecRequest, Exit, LaunchRequest } from '../../src/engine/isolation/contract.js';
import { type OpenedLauncher, openLauncher } from '../../src/engine/isolation/open-launcher.js';
import { ensureShared } from '../../src/engine/isolation/shared-mounts.js';
import { Children } from '../../src/native/children.js';
import { umount } from '../../src/native/mount.js';
import { Namespaces, warmThreadPool } from '../../src/native/netns.js';

const PARENT_GROUP = 'tsnet-test';

/** A folder with a busybox root file system and a launcher that works in it. Containers share one empty network namespace. */
export class IsolationWorld implements AsyncDisposable {
  readonly root: string;
  readonly opened: OpenedLauncher;
  readonly #children: Children;
  readonly #ids: string[] = [];
  #execs = 0;

  private constructor(root: string, opened: OpenedLauncher, children: Children) {
    this.root = root;
    this.opened = opened;
    this.#children = children;
  }

  static async make(runtimes?: readonly string[]): Promise<IsolationWorld> {
    await warmThreadPool();
    const root = mkdtempSync(join(tmpdir(), 'iso-'));
    ensureShared(root);
    makeRootfs(join(root, 'rootfs'));
    using namespaces = new Namespaces();
    namespaces.make(join(root, 'netns'));
    return IsolationWorld.at(root, runtimes);
  }

  /** A second launcher on the folder of a first one, as a restarted daemon has it. */
  static async at(root: string, runtimes?: readonly string[]): Promise<IsolationWorld> {
    const children = new Children();
    const opened = await openLauncher({
      folder: join(root, 'iso'),
      children,
      logger: silentLogger,
      ...(runtimes?.[0] ? { runtimes: { configured: [], fallback: runtimes[0] } } : {}),
    });
    return new IsolationWorld(root, opened, children);
  }

  get launcher() {
    return this.opened.launcher;
  }

  get rootfs(): string {
    return join(this.root, 'rootfs');
  }

  runDir(id: string): string {
    return join(this.root, 'run', id);
  }

  logPath(id: string): string {
    return join(this.root, `${id}.log`);
  }

  /** A request to run a program in a new container. */
  request(
    args: readonly string[],
    config: Partial<ContainerConfig> = {},
    host: Partial<HostConfig> = {},
  ): LaunchRequest {
    const id = randomIds.id();
    this.#ids.push(id);
    const fullConfig = { ...v.parse(containerConfig, {}), ...config };
    return {
      spec: {
        id,
        config: fullConfig,
        args,
        host: { ...v.parse(hostConfig, {}), ...host },
        rootfs: this.rootfs,
        hostname: id.slice(0, 12),
        binds: [],
        cgroupsPath: `/${PARENT_GROUP}/${id}`,
        // Never our own: the default sysctls are written to it.
        netnsPath: join(this.root, 'netns'),
      },
      runDir: this.runDir(id),
      logPath: this.logPath(id),
      tty: fullConfig.Tty,
      openStdin: fullConfig.OpenStdin,
      stdinOnce: fullConfig.StdinOnce,
    };
  }

  /** A request to run another program in a container. */
  execRequest(
    containerId: string,
    args: readonly string[],
    rest: Partial<ExecRequest> = {},
  ): ExecRequest {
    return {
      execId: `exec${this.#execs++}`,
      containerId,
      runDir: this.runDir(rest.containerId ?? containerId),
      args,
      env: [],
      cwd: '',
      user: '',
      tty: false,
      openStdin: false,
      privileged: false,
      ...rest,
    };
  }

  /** Runs a program to its end. */
  async run(request: LaunchRequest): Promise<{ exit: Exit; stdout: string; stderr: string }> {
    const { id } = request.spec;
    await this.launcher.create(request);
    const streams = await this.launcher.attach(id, {
      tty: request.tty,
      stdin: false,
      stdinOnce: false,
    });
    const output = collect(streams);
    await this.launcher.start(id);
    const exit = await this.launcher.exited(id);
    return { exit, ...(await output) };
  }

  /** Takes a container of another launcher over, to delete it in the end. */
  adopt(id: string): void {
    this.#ids.push(id);
  }

  /** Stops looking after things, leaving all in place. */
  abandon(): void {
    this.opened[Symbol.dispose]();
    this.#children[Symbol.dispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of this.#ids) await this.launcher.delete(id);
    this.abandon();
    removeParentGroups();
    using namespaces = new Namespaces();
    namespaces.remove(join(this.root, 'netns'));
    umount(this.root, { lazy: true });
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** All output until its end. */
export async function collect(
  streams: Pick<AttachedStreams, 'chunks'>,
): Promise<{ stdout: string; stderr: string }> {
  const parts: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  for await (const { stream, data } of streams.chunks) parts[stream].push(data);
  return {
    stdout: Buffer.concat(parts.stdout).toString(),
    stderr: Buffer.concat(parts.stderr).toString(),
  };
}

function makeRootfs(root: string): void {
  for (const name of ['bin', 'proc', 'sys', 'dev', 'etc', 'tmp', 'root', 'home/bob']) {
    mkdirSync(join(root, name), { recursive: true });
  }
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
  for (const applet of 'sh cat echo sleep stty true false id ls env head wc kill hostname grep dd mkdir touch pwd printf readlink seq ps df'.split(
    ' ',
  )) {
    symlinkSync('busybox', join(root, 'bin', applet));
  }
  writeFileSync(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nbob:x:1000:1000::/home/bob:/bin/sh\n',
  );
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nbob:x:1000:\nwheel:x:10:bob\n');
  writeFileSync(join(root, 'bin/noexec'), 'not a program');
}

/** The folders that the containers' control groups were in, unless another test has some there. */
function removeParentGroups(): void {
  for (const hierarchy of readdirSync('/sys/fs/cgroup')) {
    try {
      rmdirSync(join('/sys/fs/cgroup', hierarchy, PARENT_GROUP));
    } catch {
      // In use, or none.
    }
  }
}
