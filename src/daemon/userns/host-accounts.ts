import { existsSync, readFileSync } from 'node:fs';
import { System } from '../../base/errors.js';
import { parseGroup, parsePasswd } from '../../engine/isolation/accounts.js';
import { findProgram } from '../../engine/isolation/runtime.js';
import { runSync } from '../../native/run-sync.js';
import type { AccountLookup } from './remapped-user.js';
import { hasSubIds, newRange, parseSubIds, type SubIdOwner, type SubIds } from './sub-ids.js';

/** Where a machine's users, groups and their subordinate ids are written down. */
export interface AccountPaths {
  readonly passwd: string;
  readonly group: string;
  readonly subuid: string;
  readonly subgid: string;
}

/** Where every machine has them. */
export const accountPaths: AccountPaths = {
  passwd: '/etc/passwd',
  group: '/etc/group',
  subuid: '/etc/subuid',
  subgid: '/etc/subgid',
};

const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
/** A directory service may be slow to answer. */
const TIMEOUT_MS = 30_000;

/** The users of this machine: those in its files, and those that getent(1) knows from elsewhere. */
export function hostAccounts({ passwd, group }: AccountPaths): AccountLookup {
  return {
    user: (key) => {
      const find = (text: string) =>
        parsePasswd(text).find(({ name, uid }) => name === key || uid === key);
      return find(textOf(passwd)) ?? find(elsewhere('passwd', key));
    },
    group: (key) => {
      const find = (text: string) =>
        parseGroup(text).find(({ name, gid }) => name === key || gid === key);
      return find(textOf(group)) ?? find(elsewhere('group', key));
    },
  };
}

/** The subordinate ids of all users; none without the file. @throws InvalidParameter */
export function readSubIds(path: string): SubIds[] {
  return parseSubIds(textOf(path), path);
}

/** Makes a user without login, and his group. @throws System saying how to do it by hand */
export function addUser(name: string): void {
  const words = ['--system', '--shell', '/bin/false', '--no-create-home', '--user-group', name];
  const advice = `make the user and the group ${name}, or name another user in --userns-remap`;
  change('useradd', words, `Error during ${JSON.stringify(name)} user creation`, advice);
}

/** Gives a user subordinate ids where he has none. @throws System saying how to do it by hand */
export function addSubIds(owner: SubIdOwner, { subuid, subgid }: AccountPaths): void {
  const kinds = [
    ['--add-subuids', subuid],
    ['--add-subgids', subgid],
  ] as const;
  const words = kinds.flatMap(([flag, path]) => {
    const all = readSubIds(path);
    return hasSubIds(all, owner) ? [] : [flag, newRange(all)];
  });
  if (words.length === 0) return;
  const attempt = "Couldn't create subordinate ID ranges";
  const advice = `add a range of ids for ${owner.name} to ${subuid} and ${subgid}`;
  change('usermod', [...words, owner.name], attempt, advice);
}

function change(program: string, words: readonly string[], attempt: string, advice: string): void {
  const file = findProgram(program);
  if (file === undefined) throw new System(`${attempt}: no ${program} binary found: ${advice}`);
  const argv = [program, ...words];
  const { status, stderr } = runSync({ file, argv, env: environment, timeoutMs: TIMEOUT_MS });
  if (status?.code !== 0) throw new System(`${attempt}: ${stderr.trim() || 'failed'}: ${advice}`);
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** What getent says of a user or group; nothing where there is no getent, or nobody of that name. */
function elsewhere(database: 'passwd' | 'group', key: string | number): string {
  const file = findProgram('getent');
  if (file === undefined || key === '') return '';
  const argv = ['getent', '--', database, String(key)];
  return runSync({ file, argv, env: environment, timeoutMs: TIMEOUT_MS }).stdout;
}
