import type { Entry } from '../catalogue/entry.js';
import { catalogue, common, groups, isHidden } from '../catalogue.js';
import type { AnyCommand } from '../command.js';
import type { FlagTable } from '../parse/flag.js';
import { flagHelp } from './help.js';

/** Help of one command. */
export function commandHelp(
  command: AnyCommand,
  { entry, name, columns }: { entry: Entry; name: string; columns: number | undefined },
): string {
  const aliases =
    entry.names.length > 1
      ? `\nAliases:\n  ${entry.names.map((alias) => `tsnet ${alias}`).join(', ')}\n`
      : '';
  const flags = flagHelp(command.flags, columns);
  const options = flags === '' ? '' : `\nOptions:\n${flags}`;
  return `${`Usage:  tsnet ${name} ${command.usage}`.trimEnd()}\n\n${command.summary}\n${aliases}${options}`;
}

/** Help of a group of commands. */
export function groupHelp(group: string, summary: string): string {
  const named = [
    ...catalogue.map(({ names: [name], summary: text }) => [name, text] as const),
    ...Object.entries(groups),
  ];
  const members = named
    .filter(([name]) => name.startsWith(`${group} `) && !isHidden(name))
    .map(([name, text]) => [name.slice(group.length + 1), text] as const)
    .filter(([name]) => !name.includes(' '))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    `Usage:  tsnet ${group} COMMAND\n\n${summary}\n\nCommands:\n${rows(members)}\n` +
    `Run 'tsnet ${group} COMMAND --help' for more information on a command.\n`
  );
}

/** Help of the program. */
export function rootHelp(flags: FlagTable, columns: number | undefined): string {
  const tops = catalogue.flatMap(({ names, summary }) => {
    const top = names.find((name) => !name.includes(' '));
    return top === undefined || isHidden(top) ? [] : [[top, summary] as const];
  });
  const first = common.flatMap((name) => tops.filter(([top]) => top === name));
  const others = tops.filter(([top]) => !common.includes(top)).sort(([a], [b]) => (a < b ? -1 : 1));
  const topGroups = Object.entries(groups).filter(
    ([name]) => !name.includes(' ') && !isHidden(name),
  );
  return (
    `Usage:  tsnet [OPTIONS] COMMAND\n\nA container engine, networking first\n\n` +
    `Common Commands:\n${rows(first)}\nManagement Commands:\n${rows(topGroups)}\n` +
    `Commands:\n${rows(others)}\nGlobal Options:\n${flagHelp(flags, columns)}\n` +
    `Run 'tsnet COMMAND --help' for more information on a command.\n`
  );
}

/** Names padded as Docker does: to 11 columns. */
function rows(items: readonly (readonly [name: string, text: string])[]): string {
  return items.map(([name, text]) => `  ${name.padEnd(11)} ${text}\n`).join('');
}
