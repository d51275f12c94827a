import { command } from '../../command.js';
import { format, toggle } from '../../parse/flag.js';
import { inspectAll } from '../inspecting.js';

export default command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  summary: 'Display detailed information on one or more containers',
  arity: { least: 1 },
  flags: { format: format(), size: toggle('Display total file sizes', { short: 's' }) },
  run: (context, { flags, args }) =>
    inspectAll(context, args, flags.format, (ref) =>
      context.api.text('GET', `/containers/${encodeURIComponent(ref)}/json`, {
        query: { size: flags.size },
      }),
    ),
});
