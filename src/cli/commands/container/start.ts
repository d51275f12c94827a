import { Containers } from '../../../api/client/containers.js';
import { type Context, command } from '../../command.js';
import { preferred } from '../../connection/preferences.js';
import { Failure } from '../../failure.js';
import { text, toggle } from '../../parse/flag.js';
import { describeError } from '../../report.js';
import { followSize } from '../../terminal/resize.js';
import { forwardSignals } from '../../terminal/signals.js';
import { runSession } from '../../terminal/streams.js';
import { checkTty } from './tty.js';

export default command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Start one or more stopped containers',
  arity: { least: 1 },
  flags: {
    attach: toggle('Attach STDOUT/STDERR and forward signals', { short: 'a' }),
    'detach-keys': text('Override the key sequence for detaching a container'),
    interactive: toggle("Attach container's STDIN", { short: 'i' }),
  },
  async run(context, { flags, args }) {
    if (!flags.attach && !flags.interactive) return startAll(context, args);
    if (args.length > 1) {
      throw new Failure('you cannot start and attach multiple containers at once');
    }
    return startAttached(context, args[0] ?? '', {
      interactive: flags.interactive,
      detachKeys: preferred(flags['detach-keys'], 'detachKeys', context),
    });
  },
});

/** One after the other: the order may matter to them. */
async function startAll({ api, terminal }: Context, refs: readonly string[]): Promise<undefined> {
  const failed: string[] = [];
  for (const ref of refs) {
    try {
      await new Containers(api).act(ref, 'start');
      terminal.stdout.write(`${ref}\n`);
    } catch (error) {
      terminal.stderr.write(`${describeError(error)}\n`);
      failed.push(ref);
    }
  }
  if (failed.length > 0) {
    throw new Failure(`Error: failed to start containers: ${failed.join(', ')}`);
  }
  return undefined;
}

async function startAttached(
  { api, terminal }: Context,
  ref: string,
  { interactive, detachKeys }: { interactive: boolean; detachKeys: string },
): Promise<number> {
  const containers = new Containers(api);
  const { Id: id, Config: config } = await containers.inspect(ref);
  const { Tty: tty } = config;
  const stdin = interactive && config.OpenStdin;
  checkTty(terminal, { AttachStdin: stdin, Tty: tty });
  using _signals = tty
    ? undefined
    : forwardSignals((signal) => containers.act(id, 'kill', { signal }));
  const streams = { stream: true, stdin, stdout: true, stderr: true, detachKeys };
  const hijacked = await containers.attach(id, streams);
  const wait = await containers.wait(id, 'next-exit');
  const session = runSession(hijacked, terminal, { tty, stdin, detachKeys });
  try {
    await containers.act(id, 'start');
  } catch (error) {
    hijacked.socket.destroy();
    await session.catch(() => undefined);
    throw error;
  }
  const showsSize = tty && terminal.stdout.isTTY;
  using _size = showsSize
    ? followSize(containers, { kind: 'containers', id }, terminal.stdout)
    : undefined;
  if ((await session) === 'detached') return 0;
  return (await wait.result).StatusCode;
}
