import { command } from '../../command.js';
import { writeUserConfig } from '../../connection/settings.js';
import { toggle } from '../../parse/flag.js';
import { forEach } from '../each.js';
import { storeOf } from './endpoint-config.js';

export default command({
  usage: 'CONTEXT [CONTEXT...]',
  summary: 'Remove one or more contexts',
  arity: { least: 1 },
  flags: { force: toggle('Force the removal of a context in use', { short: 'f' }) },
  async run(context, { flags, args }) {
    const store = storeOf(context);
    const { chosen } = context;
    return forEach(context, args, async (name) => {
      if (name === 'default') throw new Error('context "default" cannot be removed');
      const isCurrent = name === chosen.context;
      if (isCurrent && !flags.force) {
        throw new Error(`context ${JSON.stringify(name)} is in use, set -f flag to force remove`);
      }
      if (!store.has(name)) {
        if (flags.force) return name;
        throw new Error(`context ${JSON.stringify(name)} does not exist`);
      }
      store.remove(name);
      if (isCurrent) writeUserConfig(chosen.folder, 'currentContext', undefined);
      return name;
    });
  },
});
