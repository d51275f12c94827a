import { Containers } from '../../../api/client/containers.js';
import { type Context, command } from '../../command.js';
import { preferred } from '../../connection/preferences.js';
import { checkVariable, mergeVariables } from '../../parse/environment.js';
import { list, text, toggle } from '../../parse/flag.js';
import { followSize } from '../../terminal/resize.js';
import { runSession } from '../../terminal/streams.js';
import { listOrNull } from './body.js';
import { checkTty } from './tty.js';

export default command({
  usage: '[OPTIONS] CONTAINER COMMAND [ARG...]',
  summary: 'Execute a command in a running container',
  arity: { least: 2 },
  optionsFirst: true,
  flags: {
    detach: toggle('Detached mode: run command in the background', { short: 'd' }),
    'detach-keys': text('Override the key sequence for detaching a container'),
    env: list('Set environment variables', { short: 'e', parse: checkVariable }),
    'env-file': list('Read in a file of environment variables'),
    interactive: toggle('Keep STDIN open even if not attached', { short: 'i' }),
    privileged: toggle('Give extended privileges to the command'),
    tty: toggle('Allocate a pseudo-TTY', { short: 't' }),
    user: text('Username or UID (format: "<name|uid>[:<group|gid>]")', { short: 'u' }),
    workdir: text('Working directory inside the container', { short: 'w' }),
  },
  async run(context, { flags, args: [ref = '', ...words] }) {
    const { detach } = flags;
    const containers = new Containers(context.api);
    const body = {
      User: flags.user,
      Privileged: flags.privileged,
      Tty: flags.tty,
      AttachStdin: flags.interactive && !detach,
      AttachStderr: !detach,
      AttachStdout: !detach,
      Detach: detach,
      DetachKeys: preferred(flags['detach-keys'], 'detachKeys', context),
      Env: listOrNull(mergeVariables(flags['env-file'], flags.env, context.env)),
      WorkingDir: flags.workdir,
      Cmd: words,
    };
    // A container that isn't there is told before anything else.
    await containers.inspect(ref);
    if (!detach) checkTty(context.terminal, body);
    const { Id: id } = await containers.execCreate(ref, body);
    if (!detach) return attach(context, id, body);
    await containers.execDetached(id, { Detach: true, Tty: flags.tty });
    return undefined;
  },
});

interface Exec {
  readonly Tty: boolean;
  readonly AttachStdin: boolean;
  readonly DetachKeys: string;
}

async function attach({ api, terminal }: Context, id: string, exec: Exec): Promise<number> {
  const containers = new Containers(api);
  const showsSize = exec.Tty && terminal.stdout.isTTY;
  const { rows, columns } = terminal.stdout;
  const hijacked = await containers.execAttached(id, {
    Detach: false,
    Tty: exec.Tty,
    ...(showsSize && { ConsoleSize: [rows, columns] }),
  });
  using _size = showsSize
    ? followSize(containers, { kind: 'exec', id }, terminal.stdout)
    : undefined;
  const end = await runSession(hijacked, terminal, {
    tty: exec.Tty,
    stdin: exec.AttachStdin,
    detachKeys: exec.DetachKeys,
  });
  if (end === 'detached') return 0;
  return (await containers.execInspect(id)).ExitCode ?? 0;
}
