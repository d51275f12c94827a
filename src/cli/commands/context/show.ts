import { command } from '../../command.js';

export default command({
  usage: '',
  summary: 'Print the name of the current context',
  arity: { least: 0, most: 0 },
  flags: {},
  async run({ chosen, terminal }) {
    terminal.stdout.write(`${chosen.context}\n`);
    return undefined;
  },
});
