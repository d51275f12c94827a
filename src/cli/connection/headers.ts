import { Failure } from '../failure.js';
import { parseCsv } from '../parse/csv.js';
import { splitPair } from '../parse/flag.js';
import { objectOf, type UserConfig } from './settings.js';

const variable = 'DOCKER_CUSTOM_HEADERS';

/** Headers for every request: DOCKER_CUSTOM_HEADERS (`name=value,...`), or else `HttpHeaders` of `config.json`. @throws Failure */
export function customHeaders(
  config: UserConfig,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const given = env[variable];
  const pairs = given
    ? parseCsv(given).map(headerPair)
    : Object.entries(objectOf(config['HttpHeaders']));
  const headers = pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  for (const [name, value] of headers) {
    // Else a value could begin a header, or a request, of its own.
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[\r\n\0]/.test(value)) {
      throw new Failure(
        `invalid HTTP header ${JSON.stringify(name)} in the client's configuration`,
      );
    }
  }
  return Object.fromEntries(headers);
}

function headerPair(text: string): [string, string] {
  if (text.includes('=') && !text.startsWith('=')) return splitPair(text);
  throw new Failure(
    `failed to parse custom headers from ${variable} environment variable: value must be formatted as comma-separated key=value pairs`,
  );
}
