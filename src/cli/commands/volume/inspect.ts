import { command } from '../../command.js';
import { format } from '../../parse/flag.js';
import { inspectAll } from '../inspecting.js';

export default command({
  usage: '[OPTIONS] VOLUME [VOLUME...]',
  summary: 'Display detailed information on one or more volumes',
  arity: { least: 1 },
  flags: { format: format() },
  run: (context, { flags, args }) =>
    inspectAll(context, args, flags.format, (name) =>
      context.api.text('GET', `/volumes/${encodeURIComponent(name)}`),
    ),
});
