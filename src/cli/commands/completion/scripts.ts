import { type Command, command } from '../../command.js';
import { scripts } from '../../completion/scripts.js';
import type { FlagTable } from '../../parse/flag.js';

function printing(shell: keyof typeof scripts): Command<FlagTable> {
  return command({
    usage: '',
    summary: `Print the script that makes ${shell} complete tsnet's commands`,
    arity: { least: 0, most: 0 },
    flags: {},
    async run({ terminal }) {
      terminal.stdout.write(scripts[shell]);
      return undefined;
    },
  });
}

export const bash = printing('bash');
export const fish = printing('fish');
export const zsh = printing('zsh');
