import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must, run } from '../../world/command.js';
import { TestDaemon } from '../../world/daemon.js';
import { useInSuite } from '../../world/suite.js';
import { World } from '../../world/world.js';

/** A volume as `volume inspect` shows it. */
export interface Volume {
  readonly Name: string;
  readonly Driver: string;
  readonly Mountpoint: string;
  readonly Scope: string;
  readonly Status?: Readonly<Record<string, unknown>>;
}

/** A daemon in a world of its own, with images of a test's making and a folder for its files. */
export class Stage implements AsyncDisposable {
  readonly world: World;
  readonly daemon: TestDaemon;
  /** For files of the host. */
  readonly folder: string;

  private constructor(world: World, daemon: TestDaemon, folder: string) {
    this.world = world;
    this.daemon = daemon;
    this.folder = folder;
  }

  static async create(flags: (folder: string) => readonly string[]): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'tsv-'));
    // As everything is on a host with systemd: what is mounted later is seen by those who are there already.
    await must(['mount', '--bind', folder, folder]);
    await must(['mount', '--make-shared', folder]);
    const world = await World.create();
    const daemon = await TestDaemon.start(world.host, flags(folder));
    const stage = new Stage(world, daemon, folder);
    await stage.image('box');
    return stage;
  }

  /** A path in the test's folder; made if it ends with a slash. */
  path(...names: string[]): string {
    const path = join(this.folder, ...names);
    if (!path.endsWith('/')) return path;
    mkdirSync(path, { recursive: true });
    return path.slice(0, -1);
  }

  /** Makes an image: busybox, and what `fill` puts below a folder. */
  async image(
    name: string,
    options: { changes?: readonly string[]; fill?: (root: string) => unknown } = {},
  ): Promise<void> {
    const root = this.path(`image-${name}/`);
    for (const part of ['bin', 'etc', 'tmp', 'proc', 'sys', 'dev']) mkdirSync(join(root, part));
    cpSync('/bin/busybox', join(root, 'bin/busybox'));
    const applets = (await must(['/bin/busybox', '--list'])).trim().split('\n');
    for (const applet of applets.filter((one) => one !== 'busybox')) {
      symlinkSync('busybox', join(root, 'bin', applet));
    }
    await options.fill?.(root);
    const tar = this.path(`${name}.tar`);
    await must(['tar', '--xattrs', '--xattrs-include=*', '-C', root, '-cf', tar, '.']);
    const changes = ['ENV PATH=/bin', ...(options.changes ?? [])].flatMap((one) => ['-c', one]);
    await this.daemon.mustRun(['import', ...changes, tar, name]);
    rmSync(root, { recursive: true });
    rmSync(tar);
  }

  /** Runs a command line of our CLI that must succeed, split at spaces; `words` come last, uncut. */
  must(line: string, ...words: readonly string[]): Promise<string> {
    return this.daemon.mustRun([...line.split(' ').filter((word) => word !== ''), ...words]);
  }

  /** One that must fail; gives its error text. */
  async fails(line: string, ...words: readonly string[]): Promise<string> {
    const args = [...line.split(' ').filter((word) => word !== ''), ...words];
    const { code, stderr, stdout } = await this.daemon.run(args);
    if (code === 0) throw new Error(`${args.join(' ')}: expected to fail: ${stdout}`);
    return stderr.trim();
  }

  /** Runs a script in a container of `box` with these options; gives its output. */
  sh(options: string, script: string, image = 'box'): Promise<string> {
    return this.must(`run --rm --network none ${options} ${image} sh -c`, script);
  }

  /** Starts a container that sleeps; gives its id. */
  sleeper(options: string, image = 'box'): Promise<string> {
    return this.must(`run -d --network none --stop-signal KILL ${options} ${image} sleep 1000`);
  }

  async volume(name: string): Promise<Volume> {
    const [volume] = JSON.parse(await this.must(`volume inspect ${name}`)) as Volume[];
    if (!volume) throw new Error(`no volume ${name}`);
    return volume;
  }

  /** Names of all volumes. */
  async volumes(): Promise<string[]> {
    const names = await this.must('volume ls -q');
    return names === '' ? [] : names.split('\n');
  }

  /** Where a volume's files are; not asked of the daemon. */
  data(name: string): string {
    return join(this.daemon.folder, 'data/volumes', name, '_data');
  }

  /** Mount points of the host at or below a path. */
  mountsAt(path: string): string[] {
    return readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[4] ?? '')
      .filter((point) => point === path || point.startsWith(`${path}/`));
  }

  /** Removes all containers and volumes. */
  async clear(): Promise<void> {
    const { api } = this.daemon;
    const containers = await api.must<{ Id: string }[]>('GET', '/containers/json?all=1');
    await Promise.all(
      containers.map(({ Id }) => api.must('DELETE', `/containers/${Id}?force=1&v=1`)),
    );
    const { Volumes } = await api.must<{ Volumes: { Name: string }[] | null }>('GET', '/volumes');
    await Promise.all((Volumes ?? []).map(({ Name }) => api.must('DELETE', `/volumes/${Name}`)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    await this.world[Symbol.asyncDispose]();
    for (const point of this.mountsAt(this.folder).reverse()) await run(['umount', '-l', point]);
    if (existsSync(this.folder)) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Gives a suite its daemon; skipped when not root. Each test starts without containers and volumes. */
export function useStage(flags: (folder: string) => readonly string[] = () => []): {
  readonly it: Stage;
} {
  const stage = useInSuite(() => Stage.create(flags));
  afterEach(() => stage.it.clear());
  return stage;
}
