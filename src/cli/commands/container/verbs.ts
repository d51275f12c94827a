import { Containers } from '../../../api/client/containers.js';
import { ApiError } from '../../../api/client/errors.js';
import type { QueryValues } from '../../../api/client/query.js';
import { type Command, command } from '../../command.js';
import { Failure } from '../../failure.js';
import { type FlagTable, type FlagValues, integer, text, toggle } from '../../parse/flag.js';
import { describeError } from '../../report.js';
import { forEach } from '../each.js';

/** Verbs that do the same to each container and print its name. */
interface Verb<F extends FlagTable> {
  readonly verb: string;
  readonly summary: string;
  readonly flags: F;
  query(flags: FlagValues<F>): QueryValues;
}

function simple<F extends FlagTable>({ verb, summary, flags, query }: Verb<F>): Command<F> {
  const options = Object.keys(flags).length > 0 ? '[OPTIONS] ' : '';
  return command({
    usage: `${options}CONTAINER [CONTAINER...]`,
    summary,
    arity: { least: 1 },
    flags,
    run: (context, input) =>
      forEach(context, input.args, async (ref) => {
        await new Containers(context.api).act(ref, verb, query(input.flags));
        return ref;
      }),
  });
}

const stopFlags = {
  signal: text('Signal to send to the container', { short: 's' }),
  timeout: integer('Seconds to wait before killing the container', { short: 't' }),
  time: integer('Seconds to wait before killing the container', {
    deprecated: 'use --timeout instead',
  }),
};
const stopQuery = ({ signal, timeout, time }: FlagValues<typeof stopFlags>) => ({
  signal,
  t: timeout ?? time,
});

export const stop = simple({
  verb: 'stop',
  summary: 'Stop one or more running containers',
  flags: stopFlags,
  query: stopQuery,
});

export const restart = simple({
  verb: 'restart',
  summary: 'Restart one or more containers',
  flags: stopFlags,
  query: stopQuery,
});

export const kill = simple({
  verb: 'kill',
  summary: 'Kill one or more running containers',
  flags: { signal: text('Signal to send to the container', { short: 's' }) },
  query: ({ signal }) => ({ signal }),
});

export const pause = simple({
  verb: 'pause',
  summary: 'Pause all processes within one or more containers',
  flags: {},
  query: () => ({}),
});

export const unpause = simple({
  verb: 'unpause',
  summary: 'Unpause all processes within one or more containers',
  flags: {},
  query: () => ({}),
});

export const remove = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Remove one or more containers',
  arity: { least: 1 },
  flags: {
    force: toggle('Force the removal of a running container (uses SIGKILL)', { short: 'f' }),
    link: toggle('Remove the specified link', { short: 'l' }),
    volumes: toggle('Remove anonymous volumes associated with the container', { short: 'v' }),
  },
  run(context, { args, flags: { force, link, volumes } }) {
    return forEach(context, args, async (ref) => {
      const name = ref.replace(/^\//, '');
      try {
        await new Containers(context.api).remove(name, { force, link, v: volumes });
      } catch (error) {
        // With force, a container that isn't there is told but is no failure.
        if (!force || !(error instanceof ApiError && error.status === 404)) throw error;
        context.terminal.stderr.write(`${describeError(error)}\n`);
        return undefined;
      }
      return name;
    });
  },
});

export const rename = command({
  usage: 'CONTAINER NEW_NAME',
  summary: 'Rename a container',
  arity: { least: 2, most: 2 },
  flags: {},
  async run({ api }, { args: [from = '', to = ''] }) {
    if (from.trim() === '' || to.trim() === '') {
      throw new Failure('Error: Neither old nor new names may be empty');
    }
    try {
      await new Containers(api).act(from, 'rename', { name: to });
    } catch (error) {
      throw new Failure(`${describeError(error)}\nError: failed to rename container named ${from}`);
    }
    return undefined;
  },
});

export const wait = command({
  usage: 'CONTAINER [CONTAINER...]',
  summary: 'Block until one or more containers stop, then print their exit codes',
  arity: { least: 1 },
  flags: {},
  run: (context, { args }) =>
    forEach(context, args, async (ref) => {
      const { result } = await new Containers(context.api).wait(ref);
      return String((await result).StatusCode);
    }),
});
