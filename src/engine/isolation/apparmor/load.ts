import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path/posix';
import { messageOf, System } from '../../../base/errors.js';
import type { Logger } from '../../../base/logger.js';
import type { Children } from '../../../native/children.js';
import { type RunOptions, type RunResult, run } from '../../../native/run.js';
import { findProgram } from '../runtime.js';
import { defaultProfile, defaultProfileName } from './profile.js';

/** AppArmor of this machine. */
export interface AppArmor {
  /** Whether the kernel has it on and profiles can be given to it; else containers have none. */
  readonly isUsable: boolean;
  /** Names of the profiles that the kernel has; undefined without AppArmor. */
  loaded(): readonly string[] | undefined;
  /** What the daemon itself runs under. */
  readonly daemonProfile: string;
  /** Whether there is such a file below `/etc/apparmor.d`. */
  hasFile(name: string): boolean;
  /** Gives a profile to the kernel. @throws System with the parser's words */
  load(profile: string): Promise<void>;
}

/**
 * The profiles that containers may have; undefined where there is no AppArmor. Docker's default one is loaded unless it is
 * there already. Where that fails it is among them all the same, as with Docker: a container that should have it then
 * doesn't start, rather than run without.
 */
export async function usableProfiles(
  apparmor: AppArmor,
  logger: Logger,
): Promise<readonly string[] | undefined> {
  const loaded = apparmor.loaded();
  if (loaded === undefined || !apparmor.isUsable || loaded.includes(defaultProfileName)) {
    return loaded;
  }
  try {
    await apparmor.load(defaultProfile(apparmor));
    logger.info('loaded the AppArmor profile of containers', { profile: defaultProfileName });
  } catch (error) {
    logger.error(
      `AppArmor enabled on system but the ${defaultProfileName} profile could not be loaded: ` +
        'containers need --security-opt apparmor=unconfined, or a profile of their own',
      { error: messageOf(error) },
    );
  }
  return [...loaded, defaultProfileName];
}

const folder = '/etc/apparmor.d';
const list = '/sys/kernel/security/apparmor/profiles';

/** What the kernel and the system's parser say. */
export function hostAppArmor(children: Children): AppArmor {
  const parser = findProgram('apparmor_parser');
  return {
    isUsable:
      parser !== undefined && read('/sys/module/apparmor/parameters/enabled').startsWith('Y'),
    loaded: () => (existsSync(list) ? profileNames(read(list)) : undefined),
    daemonProfile: profileOf(read('/proc/self/attr/current')),
    hasFile: (name) => existsSync(join(folder, name)),
    load: profileLoader(parser ?? 'apparmor_parser', (options) => run(children, options)),
  };
}

/** Gives profiles to the kernel by a parser, as Docker does. */
export function profileLoader(
  parser: string,
  runs: (options: RunOptions) => Promise<RunResult>,
): AppArmor['load'] {
  return async (profile) => {
    // -K: without a cache, whose folder need not be writable; -r: in the place of one that is there.
    const argv = ['apparmor_parser', '-Kr'];
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
    const { status, stdout, stderr } = await runs({ file: parser, argv, env, input: profile });
    if (status.code !== 0)
      throw new System(`${argv.join(' ')}: exit status ${status.code}: ${stdout}${stderr}`);
  };
}

/** Of lines like `docker-default (enforce)`; names may have spaces. */
export function profileNames(text: string): string[] {
  return text.split('\n').map(profileName).filter(Boolean);
}

/** Of a process: `unconfined`, or a name with its mode. Empty without AppArmor. */
export function profileOf(text: string): string {
  return profileName(text.trim()) || 'unconfined';
}

function profileName(line: string): string {
  return line.replace(/ \([a-z]+\)$/, '');
}

/** Empty where there is no such file, or nothing is told by it. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\0/g, '');
  } catch {
    return '';
  }
}
