import { InvalidParameter } from '../../base/errors.js';
import type { SeccompProfile } from '../../native/seccomp/profile.js';

/** What `--security-opt` asks for. */
export interface SecurityOptions {
  /** `default`: Docker's filter; else a profile of the user's. */
  readonly seccomp: 'default' | 'unconfined' | SeccompProfile;
  readonly noNewPrivileges: boolean;
  /** Options that have no effect here, with the reason. */
  readonly ignored: readonly string[];
}

type Effect = (value: string) => Partial<SecurityOptions>;

const noSuchModule =
  (module: string): Effect =>
  (value) => ({ ignored: [`${module}=${value}: ${module} profiles are not applied`] });

const effects: Readonly<Record<string, Effect>> = {
  seccomp: (value) => {
    if (value === 'unconfined') return { seccomp: 'unconfined' };
    if (value === 'builtin' || value === '') return { seccomp: 'default' };
    return { seccomp: parseProfile(value) };
  },
  'no-new-privileges': (value) => {
    if (!['', 'true', 'false'].includes(value)) {
      throw new InvalidParameter(`invalid --security-opt: "no-new-privileges=${value}"`);
    }
    return { noNewPrivileges: value !== 'false' };
  },
  apparmor: noSuchModule('apparmor'),
  label: noSuchModule('label'),
  systempaths: () => ({}),
  'writable-cgroups': () => ({ ignored: ['writable-cgroups is not supported'] }),
};

/** Reads the options, `key`, `key=value` or (old) `key:value`. @throws InvalidParameter */
export function parseSecurityOptions(options: readonly string[]): SecurityOptions {
  const ignored: string[] = [];
  let result: SecurityOptions = { seccomp: 'default', noNewPrivileges: false, ignored };
  for (const option of options) {
    const [, key = '', value = ''] = /^([^=:]*)[=:]?(.*)$/s.exec(option) ?? [];
    const effect = effects[key];
    if (!effect) throw new InvalidParameter(`invalid --security-opt 2: "${option}"`);
    const { ignored: reasons = [], ...rest } = effect(value);
    ignored.push(...reasons);
    result = { ...result, ...rest };
  }
  return result;
}

/** Clients send the file's text. What it says is checked when it is compiled. */
function parseProfile(text: string): SeccompProfile {
  try {
    const profile: unknown = JSON.parse(text);
    if (isProfile(profile)) return profile;
  } catch (cause) {
    throw new InvalidParameter('decoding seccomp profile failed', { cause });
  }
  throw new InvalidParameter('decoding seccomp profile failed: no defaultAction');
}

function isProfile(value: unknown): value is SeccompProfile {
  return (
    typeof value === 'object' &&
    value !== null &&
    'defaultAction' in value &&
    typeof value.defaultAction === 'string'
  );
}
