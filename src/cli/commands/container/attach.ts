import { Containers, type InspectedContainer } from '../../../api/client/containers.js';
import { command } from '../../command.js';
import { preferred } from '../../connection/preferences.js';
import { Failure } from '../../failure.js';
import { text, toggle } from '../../parse/flag.js';
import { followSize } from '../../terminal/resize.js';
import { forwardSignals } from '../../terminal/signals.js';
import { runSession } from '../../terminal/streams.js';
import { checkTty } from './tty.js';

export default command({
  usage: '[OPTIONS] CONTAINER',
  summary: 'Attach local standard input, output, and error streams to a running container',
  arity: { least: 1, most: 1 },
  flags: {
    'detach-keys': text('Override the key sequence for detaching a container'),
    'no-stdin': toggle('Do not attach STDIN'),
    'sig-proxy': toggle('Proxy all received signals to the process', { on: true }),
  },
  async run(context, { flags, args: [ref = ''] }) {
    const { api, terminal } = context;
    const containers = new Containers(api);
    const container = await containers.inspect(ref);
    checkState(container);
    const { Tty: tty, OpenStdin } = container.Config;
    const stdin = OpenStdin && !flags['no-stdin'];
    checkTty(terminal, { AttachStdin: stdin, Tty: tty });
    const wait = await containers.wait(ref);
    using _signals =
      flags['sig-proxy'] && !tty
        ? forwardSignals((signal) => containers.act(ref, 'kill', { signal }))
        : undefined;
    const detachKeys = preferred(flags['detach-keys'], 'detachKeys', context);
    const streams = { stream: true, stdin, stdout: true, stderr: true, detachKeys };
    const hijacked = await containers.attach(ref, streams);
    const showsSize = tty && terminal.stdout.isTTY;
    using _size = showsSize
      ? followSize(containers, { kind: 'containers', id: container.Id }, terminal.stdout)
      : undefined;
    const end = await runSession(hijacked, terminal, { tty, stdin, detachKeys });
    if (end === 'detached') {
      terminal.stderr.write('read escape sequence\n');
      return undefined;
    }
    return (await wait.result).StatusCode;
  },
});

function checkState({ State }: InspectedContainer): void {
  const problems: readonly [boolean, string][] = [
    [!State.Running, 'You cannot attach to a stopped container, start it first'],
    [State.Paused, 'You cannot attach to a paused container, unpause it first'],
    [State.Restarting, 'You cannot attach to a restarting container, wait until it is running'],
  ];
  const problem = problems.find(([is]) => is)?.[1];
  if (problem !== undefined) throw new Failure(problem);
}
