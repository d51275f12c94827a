import { Volumes } from '../../../api/client/volumes.js';
import { command } from '../../command.js';
import { mergeLabels } from '../../parse/environment.js';
import { list, map, text } from '../../parse/flag.js';

export default command({
  usage: '[OPTIONS] [VOLUME]',
  summary: 'Create a volume',
  arity: { least: 0, most: 1 },
  flags: {
    driver: text('Specify volume driver name', { short: 'd', initial: 'local' }),
    label: list('Set metadata for a volume'),
    name: text('Specify volume name', { hidden: true }),
    opt: map('Set driver specific options', { short: 'o' }),
  },
  async run({ api, terminal }, { flags, args: [argument] }) {
    if (argument !== undefined && flags.name !== '') {
      throw new Error(
        'conflicting options: cannot specify a volume-name through both --name and as a positional arg',
      );
    }
    const name = argument ?? flags.name;
    const { Name } = await new Volumes(api).create({
      Driver: flags.driver,
      ...(Object.keys(flags.opt).length > 0 && { DriverOpts: flags.opt }),
      ...(flags.label.length > 0 && { Labels: mergeLabels([], flags.label) }),
      ...(name !== '' && { Name: name }),
    });
    terminal.stdout.write(`${Name}\n`);
    return undefined;
  },
});
