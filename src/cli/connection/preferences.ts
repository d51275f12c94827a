import type { Context } from '../command.js';
import { readUserConfig } from './settings.js';

/** What a user has written into `config.json` for commands that aren't told otherwise. */
type Preference = 'detachKeys' | 'statsFormat';

/** The flag's value, or the user's usual one; '' for Docker's. @throws Failure if the file is no JSON */
export function preferred(
  flag: string,
  name: Preference,
  { chosen: { folder } }: Pick<Context, 'chosen'>,
): string {
  if (flag !== '') return flag;
  const value = readUserConfig(folder)[name];
  return typeof value === 'string' ? value : '';
}
