import { objectOf, type UserConfig } from './settings.js';

/** The variables that tell programs of a proxy, and how `config.json` names them. */
const names: readonly (readonly [variable: string, key: string])[] = [
  ['HTTP_PROXY', 'httpProxy'],
  ['HTTPS_PROXY', 'httpsProxy'],
  ['NO_PROXY', 'noProxy'],
  ['FTP_PROXY', 'ftpProxy'],
  ['ALL_PROXY', 'allProxy'],
];

/**
 * Variables for a new container, from `proxies` of `config.json`: those of the daemon's address, or of `default`,
 * each in large and small letters. What `-e` names (`given`) stays as it is.
 */
export function proxyVariables(
  config: UserConfig,
  host: string,
  given: readonly string[],
): readonly string[] {
  const proxies = objectOf(config['proxies']);
  const chosen = objectOf(Object.hasOwn(proxies, host) ? proxies[host] : proxies['default']);
  const taken = new Set(given.map((one) => one.replace(/=.*$/s, '')));
  return names.flatMap(([variable, key]) => {
    const value = chosen[key];
    if (typeof value !== 'string' || value === '') return [];
    return [variable, variable.toLowerCase()]
      .filter((name) => !taken.has(name))
      .map((name) => `${name}=${value}`);
  });
}
