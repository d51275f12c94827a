/** One part of `os/architecture/variant`, or `*`. */
const component = /^[\w.-]+$/;
const knownSystems = ['darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'solaris', 'windows'];
const knownMachines = ['386', 'amd64', 'arm', 'arm64', 'mips64le', 'ppc64le', 'riscv64', 's390x'];
/** Other names of machines. */
const aliases = ['aarch64', 'armhf', 'armel', 'i386', 'x86-64', 'x86_64'];

/** `--platform`: `linux/arm64/v8`, or one of its first two alone. @throws Error in Docker's words */
export function checkPlatform(text: string): string {
  const problem = text === '' ? undefined : problemOf(text);
  if (problem === undefined) return text;
  throw new Error(`error parsing specified platform: ${problem}: invalid argument`);
}

function problemOf(text: string): string | undefined {
  const parts = text.split('/');
  const bad = parts.find((part) => !component.test(part));
  if (bad !== undefined) {
    return `${JSON.stringify(bad)} is an invalid component of ${JSON.stringify(text)}: platform specifier component must match "^[A-Za-z0-9_-]+$"`;
  }
  if (parts.length > 3) return `${JSON.stringify(text)}: cannot parse platform specifier`;
  const known = [...knownSystems, ...knownMachines, ...aliases];
  const [first = ''] = parts;
  if (parts.length === 1 && !known.includes(first.toLowerCase())) {
    return `${JSON.stringify(text)}: unknown operating system or architecture`;
  }
  return undefined;
}
