import { command } from '../../command.js';
import { format, toggle } from '../../parse/flag.js';
import { inspectAll } from '../inspecting.js';

export default command({
  usage: '[OPTIONS] NETWORK [NETWORK...]',
  summary: 'Display detailed information on one or more networks',
  arity: { least: 1 },
  flags: {
    format: format(),
    plan: toggle('Also show what was done to the kernel, step by step'),
    verbose: toggle('Verbose output for diagnostics', { short: 'v' }),
  },
  run: (context, { flags, args }) =>
    inspectAll(context, args, flags.format, (ref) =>
      context.api.text('GET', `/networks/${encodeURIComponent(ref)}`, {
        query: { verbose: flags.verbose && 'true', plan: flags.plan && 'true' },
      }),
    ),
});
