import { command } from '../../command.js';
import { format } from '../../parse/flag.js';
import { inspectAll } from '../inspecting.js';

export default command({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  summary: 'Display detailed information on one or more images',
  arity: { least: 1 },
  flags: { format: format() },
  run: (context, { flags, args }) =>
    inspectAll(context, args, flags.format, (ref) =>
      context.api.text('GET', `/images/${encodeURI(ref)}/json`),
    ),
});
