/** A command of a listing, and what it printed when the listing was made. */
export interface Command {
  /** Who types it: `host` for `$ `, otherwise what stands before the `$`, such as `outside` in `outside$ `. */
  readonly where: string;
  /** The command; lines that end with `\` go on in the next one. */
  readonly text: string;
  /** Numbers of its own lines in the file, from 0: first, and the one behind the last. */
  readonly from: number;
  readonly to: number;
  /** Output, without spaces at line ends and without empty lines at its end. */
  readonly output: readonly string[];
}

/** A fenced block `console` of a Markdown file. */
export interface Listing {
  /** Line of the fence, from 1. */
  readonly line: number;
  /** What comments directly before the block ask for, such as `daemon --ipv6`. */
  readonly wishes: readonly string[];
  readonly commands: readonly Command[];
  /** Number of the line of the closing fence, from 0. */
  readonly end: number;
}

const prompt = /^([a-z]*)\$ (.*)$/;

/**
 * Finds the listings of a Markdown file. A comment `<!-- listing: WISH; WISH -->` before one holds for it.
 * @throws Error for a listing that doesn't begin with a prompt
 */
export function listingsOf(markdown: string): Listing[] {
  const lines = markdown.split('\n');
  const found: Listing[] = [];
  let wishes: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const comment = /^<!-- listing: (.*) -->$/.exec(line);
    if (comment) wishes.push(...(comment[1] ?? '').split(';').map((wish) => wish.trim()));
    else if (line.startsWith('```')) {
      const end = lines.indexOf('```', at + 1);
      if (end < 0) throw new Error(`line ${at + 1}: this block has no end`);
      if (line === '```console') {
        found.push({ line: at + 1, wishes, commands: commandsOf(lines, at + 1, end), end });
      }
      wishes = [];
      at = end;
    } else if (line !== '') wishes = [];
  }
  return found;
}

function commandsOf(lines: readonly string[], from: number, end: number): Command[] {
  const commands: Command[] = [];
  for (let at = from; at < end; ) {
    const match = prompt.exec(lines[at] ?? '');
    if (!match) throw new Error(`line ${at + 1}: a listing begins with "$ " and a command`);
    const first = at++;
    while (lines[at - 1]?.endsWith('\\')) at++;
    const to = at;
    while (at < end && !prompt.test(lines[at] ?? '')) at++;
    commands.push({
      where: match[1] || 'host',
      text: [match[2] ?? '', ...lines.slice(first + 1, to)].join('\n'),
      from: first,
      to,
      output: trimmed(lines.slice(to, at)),
    });
  }
  return commands;
}

/** Lines without what nobody sees: spaces at their ends, and empty lines after the last. */
export function trimmed(lines: readonly string[]): string[] {
  const all = lines.map((line) => line.trimEnd());
  const last = all.findLastIndex((line) => line !== '');
  return all.slice(0, last + 1);
}

/** The lines of a listing with other outputs; empty lines between commands stay. */
export function rewritten(
  lines: readonly string[],
  { commands, end }: Listing,
  outputs: readonly (readonly string[])[],
): string[] {
  return commands.flatMap((command, at) => {
    const next = commands[at + 1]?.from ?? end;
    const gap = next - command.to - command.output.length;
    return [
      ...lines.slice(command.from, command.to),
      ...(outputs[at] ?? command.output),
      ...Array.from({ length: gap }, () => ''),
    ];
  });
}
