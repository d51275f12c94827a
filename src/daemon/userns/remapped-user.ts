import { InvalidParameter } from '../../base/errors.js';
import type { Account, Group } from '../../engine/isolation/accounts.js';

/** Users and groups of this machine. */
export interface AccountLookup {
  /** By name or number. */
  user(key: string | number): Pick<Account, 'name' | 'uid'> | undefined;
  group(key: string | number): Pick<Group, 'name' | 'gid'> | undefined;
}

/** The user behind `default`, and his group. */
export const DEFAULT_USER = 'dockremap';

/**
 * The user whose subordinate ids containers get, by `--userns-remap`: `default`, or a name or number with or without
 * that of a group, which must be there. Undefined: `default`, and he has yet to be made.
 * @throws InvalidParameter in Docker's words
 */
export function remappedUser(
  wish: string,
  accounts: AccountLookup,
): Pick<Account, 'name' | 'uid'> | undefined {
  const [userKey = '', groupKey, ...more] = wish.split(':');
  if (more.length > 0) {
    throw new InvalidParameter(
      `Invalid user/group specification in --userns-remap: ${JSON.stringify(wish)}`,
    );
  }
  const isDefault = userKey === 'default';
  const name = isDefault ? DEFAULT_USER : userKey;
  const user = accounts.user(keyOf(name));
  if (!user && isDefault) return undefined;
  if (!user) throw new InvalidParameter(missingUser(name));
  // As in Docker a user alone wants a group of the same name or number.
  const group = accounts.group(keyOf(groupKey ?? name));
  if (!group) throw new InvalidParameter(missingGroup(groupKey ?? name, groupKey !== undefined));
  return user;
}

function keyOf(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function missingUser(name: string): string {
  return typeof keyOf(name) === 'number'
    ? `Uid ${name} has no entry in /etc/passwd`
    : `Error during uid lookup for ${JSON.stringify(name)}: no such user`;
}

function missingGroup(name: string, isNamed: boolean): string {
  if (typeof keyOf(name) === 'number') return `Gid ${name} has no entry in /etc/group`;
  return `Error during ${isNamed ? 'groupname' : 'gid'} lookup for ${JSON.stringify(name)}: no such group`;
}
