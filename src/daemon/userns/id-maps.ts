import { InvalidParameter } from '../../base/errors.js';
import type { IdMaps } from '../../base/id-mapping.js';
import type { Logger } from '../../base/logger.js';
import {
  type AccountPaths,
  accountPaths,
  addSubIds,
  addUser,
  hostAccounts,
  readSubIds,
} from './host-accounts.js';
import { DEFAULT_USER, remappedUser } from './remapped-user.js';
import { idRanges } from './sub-ids.js';

/**
 * What `--userns-remap` stands for; undefined if nothing is mapped. The user of `default` is made if need be.
 * @throws InvalidParameter, System
 */
export function readIdMaps(
  wish: string,
  logger: Logger,
  paths: AccountPaths = accountPaths,
): IdMaps | undefined {
  if (wish === '') return undefined;
  const user = remappedUser(wish, hostAccounts(paths)) ?? newDefault(paths);
  if (user.name === 'root') {
    logger.warn('User namespaces: root cannot be remapped with itself; user namespaces are OFF');
    return undefined;
  }
  logger.info('User namespaces: ID ranges will be mapped to subuid/subgid ranges', {
    user: user.name,
  });
  return {
    uids: idRanges(readSubIds(paths.subuid), user, paths.subuid),
    gids: idRanges(readSubIds(paths.subgid), user, paths.subgid),
  };
}

function newDefault(paths: AccountPaths): { name: string; uid: number } {
  addUser(DEFAULT_USER);
  const made = hostAccounts(paths).user(DEFAULT_USER);
  if (!made) throw new InvalidParameter(`the user ${DEFAULT_USER} was made, and is not there`);
  addSubIds(made, paths);
  return made;
}
