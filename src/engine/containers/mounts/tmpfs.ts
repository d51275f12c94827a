/** Options that `--mount type=tmpfs` may be given by name. */
const known = ['exec', 'noexec'];

/** What is wrong with the options of a tmpfs, in Docker's words; undefined if nothing is. */
export function checkTmpfsOptions(options: readonly (readonly string[])[]): string | undefined {
  for (const option of options) {
    const [name = ''] = option;
    if (option.length < 1 || option.length > 2) return 'invalid option array length';
    if (!known.includes(name)) return `invalid option: ${name}`;
  }
  return undefined;
}
