import { readFileSync } from 'node:fs';

type Environment = Readonly<Record<string, string | undefined>>;

/** `-e`: a name must not be empty. @throws Error in Docker's words */
export function checkVariable(text: string): string {
  if (text === '' || text.startsWith('=')) throw new Error(`invalid environment variable: ${text}`);
  return text;
}

/** `-l`: a name must not be empty. @throws Error in Docker's words */
export function checkLabel(text: string): string {
  if (text === '' || text.startsWith('=')) throw new Error(`invalid label '${text}': empty name`);
  return text;
}

/** Variables from files, then those of `-e`. A name without a value takes the user's. @throws Error */
export function mergeVariables(
  files: readonly string[],
  given: readonly string[],
  env: Environment,
): string[] {
  const fromFiles = files
    .flatMap((file) => readLines(file))
    .flatMap((line) => {
      // A name of a file that the user doesn't have is dropped; one on the command line is told to the daemon as it is.
      if (line.includes('=')) return [line];
      return env[line] === undefined ? [] : [`${line}=${env[line]}`];
    });
  const own = given.map((one) =>
    one.includes('=') || env[one] === undefined ? one : `${one}=${env[one]}`,
  );
  return [...fromFiles, ...own];
}

/** Labels from files, then those of `-l`. @throws Error */
export function mergeLabels(
  files: readonly string[],
  given: readonly string[],
): Record<string, string> {
  // A line of a file that has no value is dropped, as Docker does.
  const fromFiles = files.flatMap(readLines).filter((line) => line.includes('='));
  const lines = [...fromFiles, ...given];
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=');
      return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

/** Lines of a file without empty ones and comments. */
function readLines(file: string): string[] {
  return readText(file)
    .split(/\r?\n/)
    .map((line) => line.trimStart())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** A file of the user. @throws Error in Docker's words */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(openFailure(file, error));
  }
}

const openFailures: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
};

/** `open FILE: no such file or directory`. */
export function openFailure(file: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return `open ${file}: ${openFailures[code] ?? (error instanceof Error ? error.message : error)}`;
}
