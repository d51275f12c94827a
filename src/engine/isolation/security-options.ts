import { InvalidParameter, messageOf } from '../../base/errors.js';
import type { SeccompProfile } from '../../native/seccomp/profile.js';

/** What `--security-opt` asks for. */
export interface SecurityOptions {
  /** The text of a profile, `unconfined`, or `builtin` for Docker's filter; undefined: the daemon's. */
  readonly seccomp?: string;
  /** Undefined: the daemon's. */
  readonly noNewPrivileges?: boolean;
  /** Name of a profile; undefined: the default one. */
  readonly apparmor?: string;
  /** SELinux: `disable`, `type:...`. */
  readonly labels: readonly string[];
  /** Undefined: those of privileged containers. */
  readonly writableCgroups?: boolean;
}

/** As Go's strconv.ParseBool reads them. */
const truths = ['1', 't', 'T', 'true', 'TRUE', 'True'];
const falsehoods = ['0', 'f', 'F', 'false', 'FALSE', 'False'];

type Effect = (value: string, option: string) => Partial<SecurityOptions>;

const effects: Readonly<Record<string, Effect>> = {
  seccomp: (value) => ({ seccomp: value }),
  'no-new-privileges': (value, option) => ({ noNewPrivileges: truth(value, option) }),
  apparmor: (value) => ({ apparmor: value }),
  'writable-cgroups': (value, option) => ({ writableCgroups: truth(value, option) }),
};

const bare: Readonly<Record<string, Partial<SecurityOptions>>> = {
  'no-new-privileges': { noNewPrivileges: true },
  'writable-cgroups': { writableCgroups: true },
};

/** Reads the options, `key`, `key=value` or (old) `key:value`. @throws InvalidParameter in Docker's words */
export function parseSecurityOptions(options: readonly string[]): SecurityOptions {
  const labels: string[] = [];
  let result: Partial<SecurityOptions> = {};
  for (const option of options) {
    const alone = bare[option];
    if (alone) result = { ...result, ...alone };
    else if (option === 'disable') labels.push(option);
    else {
      const [key, value] = split(option);
      if (key === 'label') labels.push(value);
      else result = { ...result, ...effectOf(key, option)(value, option) };
    }
  }
  return { ...result, labels };
}

function split(option: string): [key: string, value: string] {
  const sign = option.includes('=') ? '=' : ':';
  const at = option.indexOf(sign);
  if (at < 0) throw new InvalidParameter(`invalid --security-opt 1: ${JSON.stringify(option)}`);
  return [option.slice(0, at), option.slice(at + 1)];
}

function effectOf(key: string, option: string): Effect {
  const effect = Object.hasOwn(effects, key) ? effects[key] : undefined;
  if (!effect) throw invalid(option);
  return effect;
}

function truth(value: string, option: string): boolean {
  if (truths.includes(value)) return true;
  if (falsehoods.includes(value)) return false;
  throw invalid(option);
}

function invalid(option: string): InvalidParameter {
  return new InvalidParameter(`invalid --security-opt 2: ${JSON.stringify(option)}`);
}

/**
 * Reads the text of a seccomp profile; what its rules say is checked when it is compiled. Undefined: it has neither
 * rules nor a default action, which means no filter. @throws InvalidParameter in Docker's words
 */
export function parseSeccompProfile(text: string): SeccompProfile | undefined {
  const profile = decoded(text);
  const { defaultAction, syscalls, architectures, archMap } = profile;
  if ((defaultAction ?? '') === '' && (syscalls ?? []).length === 0) return undefined;
  if ((architectures ?? []).length > 0 && (archMap ?? []).length > 0) {
    throw new InvalidParameter(
      "both 'architectures' and 'archMap' are specified in the seccomp profile, use either 'architectures' or 'archMap'",
    );
  }
  const twice = (syscalls ?? []).some(({ name, names }) => name && (names ?? []).length > 0);
  if (twice) {
    throw new InvalidParameter(
      "both 'name' and 'names' are specified in the seccomp profile, use either 'name' or 'names'",
    );
  }
  return profile;
}

function decoded(text: string): SeccompProfile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidParameter(`Decoding seccomp profile failed: ${reasonOf(cause)}`, { cause });
  }
  if (!isProfile(value)) {
    throw new InvalidParameter('Decoding seccomp profile failed: it is not a profile');
  }
  return value;
}

/** Clients look for Go's words where the text ends too early. */
function reasonOf(error: unknown): string {
  const text = messageOf(error);
  return /end of JSON|Expected property name/i.test(text) ? 'unexpected end of JSON input' : text;
}

function isProfile(value: unknown): value is SeccompProfile {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const action = 'defaultAction' in value ? value.defaultAction : '';
  const rules = 'syscalls' in value ? (value.syscalls ?? []) : [];
  return typeof action === 'string' && Array.isArray(rules) && rules.every(isRule);
}

function isRule(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'action' in value &&
    typeof value.action === 'string'
  );
}
