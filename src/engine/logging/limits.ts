import { InvalidParameter, messageOf } from '../../base/errors.js';
import type { LogConfig } from './config.js';
import { parseBoolean, parseInteger, parseSize } from './go-values.js';

/** How much of a container's output is kept, and how. */
export interface LogLimits {
  /** Size at which a file is put aside; undefined: never. */
  readonly maxBytes: number | undefined;
  /** Files in all, the one that is written among them; at least 1. */
  readonly maxFiles: number;
  /** Whether files put aside are compressed. */
  readonly compress: boolean;
}

/** Docker's for `local`, and for what is kept of output that goes elsewhere. */
const localDefaults: LogLimits = { maxBytes: 20 * 1024 * 1024, maxFiles: 5, compress: true };

type Options = Readonly<Record<string, string>>;

/** What is kept by these settings; undefined: nothing. @throws InvalidParameter in Docker's words */
export function logLimits({ Type, Config }: LogConfig): LogLimits | undefined {
  if (Type === 'none') return undefined;
  if (Type === 'json-file') return fileLimits(Config);
  if (Type === 'local') return localLimits(Config, '');
  return localLimits(Config, 'cache-');
}

function fileLimits(options: Options): LogLimits {
  const { 'max-size': size, 'max-file': files = '1', compress: compressed = 'false' } = options;
  const maxBytes = size === undefined ? undefined : parseSize(size, 1000);
  if (maxBytes === 0) throw new InvalidParameter('max-size must be a positive number');
  const maxFiles = parseInteger(files);
  if (maxFiles < 1) throw new InvalidParameter('max-file cannot be less than 1');
  const compress = parseBoolean(compressed);
  if (compress && (maxFiles === 1 || maxBytes === undefined)) {
    throw new InvalidParameter(
      'compress cannot be true when max-file is less than 2 or max-size is not set',
    );
  }
  return { maxBytes, maxFiles, compress };
}

function localLimits(options: Options, prefix: string): LogLimits {
  const read = <T>(option: string, parse: (text: string) => T, otherwise: T): T => {
    const text = options[`${prefix}${option}`];
    if (text === undefined) return otherwise;
    try {
      return parse(text);
    } catch (error) {
      const kind = option === 'compress' ? 'boolean value for compress' : `value for ${option}`;
      const value = option === 'compress' ? '' : `${text}: `;
      throw new InvalidParameter(`invalid ${kind}: ${value}${messageOf(error)}`);
    }
  };
  const maxBytes = read('max-size', (text) => parseSize(text, 1000), localDefaults.maxBytes);
  const maxFiles = read('max-file', parseInteger, localDefaults.maxFiles);
  const compress = read('compress', parseBoolean, localDefaults.compress);
  if (maxFiles < 0) throw new InvalidParameter('max-file must not be negative');
  if (compress && maxFiles <= 1) {
    throw new InvalidParameter('compression cannot be enabled when max file count is 1');
  }
  return { maxBytes: maxBytes || undefined, maxFiles: Math.max(1, maxFiles), compress };
}
