/** A way out of a container that a runtime had, and the versions that closed it. */
export interface RuntimeFlaw {
  readonly id: string;
  /** The first version without it on each branch that was mended, the oldest branch first. */
  readonly fixedIn: readonly string[];
}

/**
 * What the runtimes' own advisories list (github.com/opencontainers/runc/security, .../containers/crun/security). crun's
 * maintainers found it not to have those of 2024 and 2025.
 */
const flaws: Readonly<Record<string, readonly RuntimeFlaw[]>> = {
  runc: [
    { id: 'CVE-2019-5736', fixedIn: ['1.0.0'] },
    { id: 'CVE-2019-16884', fixedIn: ['1.0.0'] },
    { id: 'CVE-2021-30465', fixedIn: ['1.0.0'] },
    { id: 'CVE-2022-29162', fixedIn: ['1.1.2'] },
    { id: 'CVE-2023-27561', fixedIn: ['1.1.5'] },
    { id: 'CVE-2024-21626', fixedIn: ['1.1.12'] },
    { id: 'CVE-2024-45310', fixedIn: ['1.1.14', '1.2.0'] },
    { id: 'CVE-2025-31133', fixedIn: ['1.2.8', '1.3.3', '1.4.0'] },
    { id: 'CVE-2025-52565', fixedIn: ['1.2.8', '1.3.3', '1.4.0'] },
    { id: 'CVE-2025-52881', fixedIn: ['1.2.8', '1.3.3', '1.4.0'] },
  ],
  crun: [{ id: 'CVE-2022-27650', fixedIn: ['1.4.4'] }],
};

/** What a runtime of this version may be open to. `version` is the first line of its `--version`. */
export function knownFlaws(kind: string, version: string): readonly RuntimeFlaw[] {
  const number = numberOf(version);
  if (!number) return [];
  return (flaws[kind] ?? []).filter(({ fixedIn }) => !hasFix(number, fixedIn));
}

/** What to do about it: distributions mend old versions without a new number. */
export function remedyFor(version: string): string {
  return /[+~-]/.test(version)
    ? "update it; if its distribution's notes say that these are mended in this package, nothing is to be done"
    : 'update it';
}

type VersionNumber = readonly [major: number, minor: number, patch: number];

function numberOf(text: string): VersionNumber | undefined {
  const [, major, minor, patch = '0'] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  return [Number(major), Number(minor), Number(patch)];
}

/** A branch that was mended has it from its own version on, an older branch never, and a newer one always. */
function hasFix(number: VersionNumber, fixedIn: readonly string[]): boolean {
  const numbers = fixedIn.map(numberOf).filter((one) => one !== undefined);
  const branch = numbers.find(([major, minor]) => major === number[0] && minor === number[1]);
  if (branch) return number[2] >= branch[2];
  const newest = numbers.at(-1);
  return newest !== undefined && isAfter(number, newest);
}

function isAfter([major, minor]: VersionNumber, [otherMajor, otherMinor]: VersionNumber): boolean {
  return major > otherMajor || (major === otherMajor && minor > otherMinor);
}
