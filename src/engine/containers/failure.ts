/** The exit code that clients expect of a program that could not be started: 127 not found, 126 not executable, else 128. */
export function exitCodeOfFailure(reason: string): number {
  if (/executable file not found|no such file or directory/.test(reason)) return 127;
  if (/permission denied|is a directory/i.test(reason)) return 126;
  return 128;
}
