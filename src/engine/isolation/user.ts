import { InvalidParameter } from '../../base/errors.js';
import { type Account, type Group, parseGroup, parsePasswd } from './accounts.js';
import type { OciUser } from './oci.js';

/** The container's own account files; empty where it has none. */
export interface AccountFiles {
  /** Text of `/etc/passwd`. */
  readonly passwd: string;
  /** Text of `/etc/group`. */
  readonly group: string;
}

/** Who a process runs as. */
export interface ResolvedUser {
  readonly user: OciUser;
  readonly home: string;
}

const MAX_ID = 2 ** 31 - 1;

/**
 * Finds out who `user[:group]` is, names or numbers, by the container's own files; empty is root. Numbers
 * need no entry. A group that is named replaces the user's own and all that he is a member of.
 * `groupAdd` are further groups. @throws InvalidParameter in Docker's words
 */
export function resolveUser(
  spec: string,
  groupAdd: readonly string[],
  files: AccountFiles,
): ResolvedUser {
  const [userName = '', groupName = ''] = spec.split(':');
  const groups = parseGroup(files.group);
  const account = findAccount(userName, parsePasswd(files.passwd));
  const { gid, supplementary } = groupName
    ? { gid: findGroup(groupName, groups), supplementary: [] }
    : { gid: account.gid, supplementary: membershipsOf(account.name, groups) };
  const added = groupAdd.map((name) => findGroup(name, groups));
  return {
    user: { uid: account.uid, gid, additionalGids: unique([gid, ...supplementary, ...added]) },
    home: account.home || '/',
  };
}

function findAccount(name: string, accounts: readonly Account[]): Account {
  const id = name === '' ? 0 : idOf(name);
  const found = accounts.find(
    (account) => (name !== '' && account.name === name) || account.uid === id,
  );
  if (found) return found;
  if (id === undefined) {
    throw new InvalidParameter(`unable to find user ${name}: no matching entries in passwd file`);
  }
  return { name: '', uid: id, gid: 0, home: '/' };
}

function findGroup(name: string, groups: readonly Group[]): number {
  const id = idOf(name);
  const found = groups.find((group) => group.name === name || group.gid === id);
  if (found) return found.gid;
  if (id === undefined) {
    throw new InvalidParameter(`unable to find group ${name}: no matching entries in group file`);
  }
  return id;
}

function membershipsOf(name: string, groups: readonly Group[]): number[] {
  if (name === '') return [];
  return groups.filter((group) => group.members.includes(name)).map((group) => group.gid);
}

function idOf(text: string): number | undefined {
  if (!/^-?\d+$/.test(text)) return undefined;
  const id = Number(text);
  if (id < 0 || id > MAX_ID) {
    throw new InvalidParameter(`uids and gids must be in range 0-${MAX_ID}`);
  }
  return id;
}

function unique(ids: readonly number[]): number[] {
  return [...new Set(ids)];
}
