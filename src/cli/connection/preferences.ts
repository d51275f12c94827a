import type { Context } from '../command.js';
import { splitPair } from '../parse/flag.js';

/** What a user has written into `config.json` for commands that aren't told otherwise. */
type Preference =
  | 'detachKeys'
  | 'imagesFormat'
  | 'networksFormat'
  | 'psFormat'
  | 'statsFormat'
  | 'volumesFormat';

/** The flag's value, or the user's usual one; '' for Docker's. */
export function preferred(
  flag: string,
  name: Preference,
  { config }: Pick<Context, 'config'>,
): string {
  if (flag !== '') return flag;
  const value = config[name];
  return typeof value === 'string' ? value : '';
}

/** The format of a listing. Names alone (`--quiet`) are not told by the user's usual one. */
export function listFormat(
  { format, quiet }: { readonly format: string; readonly quiet: boolean },
  name: Preference,
  context: Pick<Context, 'config'>,
): string {
  return quiet ? format : preferred(format, name, context);
}

type Filters = readonly (readonly [key: string, value: string])[];

/** What is never to be pruned, or only: the user's usual filters, but for those that the flags contradict. */
export function pruneFilters(given: Filters, { config }: Pick<Context, 'config'>): Filters {
  const { pruneFilters: usual } = config;
  const texts = Array.isArray(usual) ? usual.filter((one) => typeof one === 'string') : [];
  const opposites: Readonly<Record<string, string>> = { label: 'label!', 'label!': 'label' };
  const added = texts
    .filter((text) => text.includes('='))
    .map(splitPair)
    .filter(([key, value]) => !given.some((one) => one[0] === opposites[key] && one[1] === value));
  return [...given, ...added];
}
