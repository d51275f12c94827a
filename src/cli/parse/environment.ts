import { readVariables } from './variable-file.js';

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
    .flatMap((file) => readVariables(file))
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
  const fromFiles = files.flatMap(readVariables).filter((line) => line.includes('='));
  const lines = [...fromFiles, ...given];
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=');
      return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}
