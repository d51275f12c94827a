import { readdirSync, readFileSync } from 'node:fs';

/** A process of the machine. */
export interface CommandLine {
  readonly pid: number;
  readonly argv: readonly string[];
}

/** The command lines of all processes. */
export function commandLines(): CommandLine[] {
  return names('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid: Number(pid), argv: read(`/proc/${pid}/cmdline`).split('\0') }));
}

/** Whether a word of a command line is a path below the folder. */
export function mentions(argv: readonly string[], folder: string): boolean {
  return argv.some((word) => word.includes(`${folder}/`));
}

/** What is in a folder, sorted; nothing where there is none. */
export function names(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** A file's text; empty where there is none. */
export function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
