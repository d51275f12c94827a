import { Containers } from '../../../api/client/containers.js';
import { type Context, command } from '../../command.js';
import { preferred } from '../../connection/preferences.js';
import { Failure } from '../../failure.js';
import { text, toggle } from '../../parse/flag.js';
import { followSize } from '../../terminal/resize.js';
import { forwardSignals } from '../../terminal/signals.js';
import { runSession } from '../../terminal/streams.js';
import { type CreateBody, createBody } from './body.js';
import { createContainer } from './creation.js';
import { exitCodeOfStart } from './exit-code.js';
import { containerFlags } from './options.js';
import { checkTty } from './tty.js';

const flags = {
  ...containerFlags,
  detach: toggle('Run container in background and print container ID', { short: 'd' }),
  'detach-keys': text('Override the key sequence for detaching a container'),
  'sig-proxy': toggle('Proxy received signals to the process', { on: true }),
};

export default command({
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  summary: 'Create and run a new container from an image',
  arity: { least: 1 },
  flags,
  optionsFirst: true,
  runsContainer: true,
  async run(context, input) {
    const { flags: options } = input;
    if (options.detach && options.attach.length > 0) {
      throw new Failure('conflicting options: cannot specify both --attach and --detach');
    }
    const body = createBody(input, context);
    if (!options.detach) checkTty(context.terminal, body);
    const id = await createContainer(context, input, body);
    if (options.detach) return detached(context, id);
    return attached(context, { id, body, options });
  },
});

async function detached({ api, terminal }: Context, id: string): Promise<undefined> {
  await startContainer(new Containers(api), id);
  terminal.stdout.write(`${id}\n`);
  return undefined;
}

interface Attached {
  readonly id: string;
  readonly body: CreateBody;
  readonly options: {
    readonly rm: boolean;
    readonly 'sig-proxy': boolean;
    readonly 'detach-keys': string;
  };
}

/** Attach, wait and start, in this order: neither the first output nor the exit can be missed. */
async function attached(context: Context, { id, body, options }: Attached): Promise<number> {
  const { api, terminal } = context;
  const containers = new Containers(api);
  const { AttachStdin: stdin, AttachStdout: stdout, AttachStderr: stderr, Tty: tty } = body;
  using _signals =
    options['sig-proxy'] && !tty
      ? forwardSignals((signal) => containers.act(id, 'kill', { signal }))
      : undefined;
  const detachKeys = preferred(options['detach-keys'], 'detachKeys', context);
  const hijacked = await containers.attach(id, { stream: true, stdin, stdout, stderr, detachKeys });
  const wait = await containers.wait(id, options.rm ? 'removed' : 'next-exit');
  const session = runSession(hijacked, terminal, {
    tty,
    stdin,
    detachKeys,
  });
  try {
    await startContainer(containers, id);
  } catch (error) {
    hijacked.socket.end();
    await session.catch(() => undefined);
    throw error;
  }
  using _size =
    tty && terminal.stdout.isTTY
      ? followSize(containers, { kind: 'containers', id }, terminal.stdout)
      : undefined;
  if ((await session) === 'detached') return 0;
  const { StatusCode, Error: problem } = await wait.result;
  if (problem) throw new Error(problem.Message);
  return StatusCode;
}

/** @throws Failure with the exit code that a failed start has */
async function startContainer(containers: Containers, id: string): Promise<void> {
  try {
    await containers.act(id, 'start');
  } catch (error) {
    throw exitCodeOfStart(error);
  }
}
