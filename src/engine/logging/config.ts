import { InvalidParameter, messageOf } from '../../base/errors.js';
import { cacheOptions, commonOptions, drivers } from './drivers.js';
import { parseBoolean, parseSize } from './go-values.js';
import { checkSyslogOptions } from './syslog-options.js';

/** Docker API: `LogConfig`. */
export interface LogConfig {
  readonly Type: string;
  readonly Config: Readonly<Record<string, string>>;
}

/** Docker's default. */
export const plainLogs: LogConfig = { Type: 'json-file', Config: {} };

/**
 * A container's settings with the daemon's where it has none: all of them for the daemon's own driver, those about
 * the copy kept here for any. Names are checked, values once it starts, as in Docker. @throws InvalidParameter in
 * Docker's words
 */
export function settledLogConfig(
  wanted: { readonly Type: string; readonly Config?: Readonly<Record<string, string>> | null },
  defaults: LogConfig,
): LogConfig {
  const Type = wanted.Type || defaults.Type;
  const inherited = Object.entries(defaults.Config).filter(
    ([option]) => Type === defaults.Type || cacheOptions.includes(option),
  );
  const config = { Type, Config: { ...Object.fromEntries(inherited), ...wanted.Config } };
  checkLogConfig(config);
  return config;
}

/** @throws InvalidParameter in Docker's words */
export function checkLogConfig({ Type, Config }: LogConfig): void {
  if (Type === 'none') return;
  checkCommon(Config);
  const driver = drivers.get(Type);
  if (!driver) throw new InvalidParameter(`logger: no log driver named '${Type}' is registered`);
  for (const option of Object.keys(Config)) {
    if (commonOptions.includes(option) || driver.options.includes(option)) continue;
    throw new InvalidParameter(driver.unknown(option));
  }
  if (Type === 'syslog') checkSyslogOptions(Config);
}

function checkCommon(config: LogConfig['Config']): void {
  const { mode = '', 'max-buffer-size': buffer, 'cache-disabled': disabled = '' } = config;
  if (!['', 'blocking', 'non-blocking'].includes(mode)) {
    throw new InvalidParameter(`logger: logging mode not supported: ${mode}`);
  }
  if (buffer !== undefined) checkBuffer(mode, buffer);
  if (disabled === '') return;
  try {
    parseBoolean(disabled);
  } catch {
    throw new InvalidParameter(`invalid value for option cache-disabled: ${disabled}`);
  }
}

function checkBuffer(mode: string, size: string): void {
  if (mode !== 'non-blocking') {
    throw new InvalidParameter(
      "logger: max-buffer-size option is only supported with 'mode=non-blocking'",
    );
  }
  try {
    parseSize(size, 1024);
  } catch (error) {
    throw new InvalidParameter(`error parsing option max-buffer-size: ${messageOf(error)}`);
  }
}
