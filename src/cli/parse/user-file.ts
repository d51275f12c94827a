import { readFileSync } from 'node:fs';

/** A file of the user as text. @throws Error in Docker's words */
export function readText(file: string): string {
  return readBytes(file).toString();
}

/** A file of the user. @throws Error in Docker's words */
export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
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
