import { posix } from 'node:path';
import { Archives } from '../../../api/client/archive.js';
import type { PathStat } from '../../../api/types/archive.js';
import { humanSize } from '../../../base/human.js';
import { type Context, command } from '../../command.js';
import { checkOutput, localDestination, localSource } from '../../copy/local-info.js';
import { packLocal } from '../../copy/pack-local.js';
import { followed, localPath, splitArgument, splitPath } from '../../copy/paths.js';
import { CopyProgress } from '../../copy/progress.js';
import { type Destination, planCopy } from '../../copy/target.js';
import { unpackLocal } from '../../copy/unpack-local.js';
import { Failure } from '../../failure.js';
import { toggle } from '../../parse/flag.js';

/** What both directions need to know. */
interface Copy {
  readonly container: string;
  readonly source: string;
  readonly destination: string;
  readonly followLink: boolean;
  readonly copyUIDGID: boolean;
  readonly quiet: boolean;
}

/** Bits of Go's `os.FileMode`. */
const folderBit = 2 ** 31;
const linkBit = 2 ** 27;
const deviceBit = 2 ** 26;

export default command({
  usage: `[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-
\ttsnet cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH`,
  summary: `Copy files/folders between a container and the local filesystem

Use '-' as the source to read a tar archive from stdin
and extract it to a directory destination in a container.
Use '-' as the destination to stream a tar archive of a
container source to stdout.`,
  arity: { least: 2, most: 2 },
  flags: {
    archive: toggle('Archive mode (copy all uid/gid information)', { short: 'a' }),
    'follow-link': toggle('Always follow symbol link in SRC_PATH', { short: 'L' }),
    quiet: toggle(
      'Suppress progress output during copy. Progress output is automatically suppressed if no terminal is attached',
      { short: 'q' },
    ),
  },
  async run(context, { flags, given, args: [from = '', to = ''] }) {
    if (from === '') throw new Failure('source can not be empty');
    if (to === '') throw new Failure('destination can not be empty');
    const source = splitArgument(from);
    const destination = splitArgument(to);
    if (source.container !== '' && destination.container !== '')
      throw new Failure('copying between containers is not supported');
    const container = source.container || destination.container;
    if (container === '') throw new Failure('must specify at least one container source');
    const copy: Copy = {
      container,
      source: source.path,
      destination: destination.path,
      followLink: flags['follow-link'],
      copyUIDGID: flags.archive,
      quiet: given.has('quiet') ? flags.quiet : !context.terminal.stdout.isTTY,
    };
    await (source.container === '' ? copyIn(context, copy) : copyOut(context, copy));
    return undefined;
  },
});

async function copyOut({ api, terminal }: Context, copy: Copy): Promise<void> {
  const toStream = copy.destination === '-';
  const destination = toStream ? '-' : localPath(copy.destination);
  if (!toStream) checkOutput(destination);
  const archives = new Archives(api);
  const { path, rename } = copy.followLink
    ? await followInContainer(archives, copy)
    : { path: copy.source, rename: '' };
  const { stat, answer } = await archives.get(copy.container, path);
  if (toStream) {
    for await (const part of answer.body)
      if (!terminal.stdout.write(part))
        await new Promise((resolve) => terminal.stdout.once('drain', resolve));
    return;
  }
  const target = localDestination(destination);
  const plan = planCopy({ path, isFolder: has(stat, folderBit), rename }, target);
  await counted('Copying from container - ', { copy, terminal, shown: destination }, (progress) =>
    unpackLocal(progress.through(answer.body), plan.folder, renaming(stat.name, plan.name)),
  );
}

/** The path that a link leads to, and the name of the link. */
async function followInContainer(
  archives: Archives,
  { container, source }: Copy,
): Promise<{ path: string; rename: string }> {
  // What is not there is told when it is fetched.
  const stat = await archives.stat(container, source).catch(() => undefined);
  if (stat === undefined || !has(stat, linkBit)) return { path: source, rename: '' };
  return followed(source, posix.resolve('/', splitPath(source).folder, stat.linkTarget));
}

/** Entries begin with the name in the archive, and get another instead. */
function renaming(before: string, after: string): (name: string) => string {
  const old = before === '/' ? '' : before;
  return (name) => (name.startsWith(old) ? `${after}${name.slice(old.length)}` : name);
}

async function copyIn({ api, terminal }: Context, copy: Copy): Promise<void> {
  const archives = new Archives(api);
  const target = await destinationInContainer(archives, copy);
  const { container, copyUIDGID } = copy;
  if (copy.source === '-') {
    if (!target.isFolder)
      throw new Failure(`destination "${container}:${copy.destination}" must be a directory`);
    await archives.put(container, target.path, { upload: terminal.stdin, copyUIDGID });
    return;
  }
  const source = localSource(localPath(copy.source), copy.followLink);
  const plan = planCopy(source, target);
  const shown = `${container}:${target.path}`;
  await counted('Copying to container - ', { copy, terminal, shown }, (progress) => {
    const complain = (text: string) => void terminal.stderr.write(text);
    const upload = progress.through(packLocal(source.path, plan.name, complain));
    return archives.put(container, plan.folder, { upload, copyUIDGID });
  });
}

/** What is at a path of the container, if anything; a link there is followed. @throws Failure for a device */
async function destinationInContainer(archives: Archives, copy: Copy): Promise<Destination> {
  const { container, destination } = copy;
  const stat = await statOrNothing(archives, container, destination);
  if (stat === undefined) return { path: destination, exists: false, isFolder: false };
  if (!has(stat, linkBit)) return known(copy, destination, stat);
  const path = posix.resolve('/', splitPath(destination).folder, stat.linkTarget);
  const there = await statOrNothing(archives, container, path);
  return there ? known(copy, path, there) : { path, exists: false, isFolder: false };
}

function known({ container, destination }: Copy, path: string, stat: PathStat): Destination {
  if (has(stat, deviceBit))
    throw new Failure(
      `destination "${container}:${destination}" must be a directory or a regular file: got a device`,
    );
  return { path, exists: true, isFolder: has(stat, folderBit) };
}

/** Whatever is wrong with it is told by the copy itself. */
async function statOrNothing(
  archives: Archives,
  container: string,
  path: string,
): Promise<PathStat | undefined> {
  return await archives.stat(container, path).catch(() => undefined);
}

/** What the bytes of a copy pass through. */
interface Counter {
  through<T extends Uint8Array>(source: AsyncIterable<T>): AsyncIterable<T>;
}

/** Does a copy, with the number of its bytes on a terminal meanwhile, and told at its end. */
async function counted(
  header: string,
  { copy, terminal, shown }: { copy: Copy; terminal: Context['terminal']; shown: string },
  work: (progress: Counter) => Promise<void>,
): Promise<void> {
  if (copy.quiet) return await work({ through: (source) => source });
  const progress = new CopyProgress(header, terminal.stderr);
  try {
    await work(progress);
  } finally {
    progress[Symbol.dispose]();
  }
  terminal.stderr.write(`Successfully copied ${humanSize(progress.bytes)} to ${shown}\n`);
}

function has({ mode }: PathStat, bit: number): boolean {
  return Math.floor(mode / bit) % 2 === 1;
}
