import { ApiError } from '../../../api/client/errors.js';
import { type Context, command } from '../../command.js';
import { Failure } from '../../failure.js';
import { format, text, toggle } from '../../parse/flag.js';
import { describeError } from '../../report.js';
import { inspectAll } from '../inspecting.js';

/** Where objects of a type are; asked in this order if the type isn't said. */
const paths: Readonly<Record<string, (ref: string) => string>> = {
  container: (ref) => `/containers/${encodeURIComponent(ref)}/json`,
  image: (ref) => `/images/${encodeURI(ref)}/json`,
  network: (ref) => `/networks/${encodeURIComponent(ref)}`,
  volume: (ref) => `/volumes/${encodeURIComponent(ref)}`,
};

/** Asked only if the type is said: the daemon says that it has none. */
const others: typeof paths = {
  config: (ref) => `/configs/${encodeURIComponent(ref)}`,
  node: (ref) => `/nodes/${encodeURIComponent(ref)}`,
  plugin: (ref) => `/plugins/${encodeURI(ref)}/json`,
  secret: (ref) => `/secrets/${encodeURIComponent(ref)}`,
  service: (ref) => `/services/${encodeURIComponent(ref)}`,
  task: (ref) => `/tasks/${encodeURIComponent(ref)}`,
};
const all = { ...paths, ...others };

export default command({
  usage: '[OPTIONS] NAME|ID [NAME|ID...]',
  summary: 'Return low-level information on Docker objects',
  arity: { least: 1 },
  flags: {
    format: format(),
    size: toggle('Display total file sizes if the type is container', { short: 's' }),
    type: text('Only inspect objects of the given type'),
  },
  async run(context, { flags, args, given }) {
    const { type, size } = flags;
    if (given.has('type') && !Object.hasOwn(all, type)) {
      const known = Object.keys(all)
        .sort()
        .map((name) => JSON.stringify(name));
      throw new Failure(
        `unknown type: ${JSON.stringify(type)}: must be one of ${known.join(', ')}`,
      );
    }
    const types = given.has('type') ? [type] : Object.keys(paths);
    return inspectAll(context, args, flags.format, (ref) => find(context, ref, types, size));
  },
});

/** @throws Error if no type has it */
async function find(
  { api }: Context,
  ref: string,
  types: readonly string[],
  size: boolean,
): Promise<string> {
  for (const type of types) {
    try {
      return await api.text('GET', all[type]?.(ref) ?? '', {
        query: { size: size && type === 'container' },
      });
    } catch (error) {
      const absent = error instanceof ApiError && error.status === 404;
      if (!absent || types.length === 1) throw new Error(describeError(error));
    }
  }
  throw new Error(`Error: No such object: ${ref}`);
}
