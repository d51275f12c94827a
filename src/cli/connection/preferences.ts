import type { Context } from '../command.js';
import { readUserConfig } from './settings.js';

/** What a user has written into `config.json` for commands that aren't told otherwise. */
type Preference =
  | 'detachKeys'
  | 'imagesFormat'
  | 'networksFormat'
  | 'psFormat'
  | 'statsFormat'
  | 'volumesFormat';

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

/** The format of a listing. Names alone (`--quiet`) are not told by the user's usual one. */
export function listFormat(
  { format, quiet }: { readonly format: string; readonly quiet: boolean },
  name: Preference,
  context: Pick<Context, 'chosen'>,
): string {
  return quiet ? format : preferred(format, name, context);
}
