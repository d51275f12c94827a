import { command } from '../../command.js';
import { writeUserConfig } from '../../connection/settings.js';
import { storeOf } from './endpoint-config.js';

export default command({
  usage: 'CONTEXT',
  summary: 'Set the current docker context',
  arity: { least: 1, most: 1 },
  flags: {},
  async run(context, { args: [name = ''] }) {
    const { chosen, terminal } = context;
    if (name !== 'default') storeOf(context).get(name);
    writeUserConfig(chosen.folder, 'currentContext', name === 'default' ? undefined : name);
    terminal.stdout.write(`${name}\n`);
    terminal.stderr.write(`Current context is now ${JSON.stringify(name)}\n`);
    if (name !== 'default' && chosen.variable !== undefined) {
      terminal.stderr.write(
        `Warning: ${chosen.variable} environment variable overrides the active context. To use ${JSON.stringify(name)}, either set the global --context flag, or unset ${chosen.variable} environment variable.\n`,
      );
    }
    return undefined;
  },
});
