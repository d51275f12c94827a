import { expect } from 'chai';
import { checkLogConfig, type LogConfig, plainLogs, settledLogConfig } from './config.js';

describe('settledLogConfig', () => {
  const daemon: LogConfig = {
    Type: 'local',
    Config: { 'max-size': '1m', 'cache-max-file': '2', 'cache-max-size': '3m' },
  };
  const table: [what: string, wanted: LogConfig, settled: LogConfig][] = [
    ['nothing asked for: the daemon’s', { Type: '', Config: {} }, daemon],
    [
      'options win over the daemon’s',
      { Type: 'local', Config: { 'max-size': '2m' } },
      { Type: 'local', Config: { ...daemon.Config, 'max-size': '2m' } },
    ],
    [
      'another driver takes those about the copy alone',
      { Type: 'syslog', Config: {} },
      { Type: 'syslog', Config: { 'cache-max-file': '2', 'cache-max-size': '3m' } },
    ],
  ];
  for (const [what, wanted, settled] of table) {
    it(what, () => expect(settledLogConfig(wanted, daemon)).to.deep.equal(settled));
  }
  it('is json-file without any wish', () =>
    expect(settledLogConfig({ Type: '', Config: null }, plainLogs)).to.deep.equal(plainLogs));
});

describe('checkLogConfig', () => {
  const wrong: [type: string, options: Record<string, string>, text: string][] = [
    ['nope', {}, "logger: no log driver named 'nope' is registered"],
    ['json-file', { bad: '1' }, "unknown log opt 'bad' for json-file log driver"],
    ['local', { bad: '1' }, "unknown log opt 'bad' for log driver local"],
    ['syslog', { 'max-size': '1' }, "unknown log opt 'max-size' for syslog log driver"],
    ['journald', { 'max-size': '1' }, "unknown log opt 'max-size' for journald log driver"],
    ['json-file', { mode: 'x' }, 'logger: logging mode not supported: x'],
    [
      'json-file',
      { 'max-buffer-size': '1m' },
      "logger: max-buffer-size option is only supported with 'mode=non-blocking'",
    ],
    [
      'json-file',
      { mode: 'non-blocking', 'max-buffer-size': 'zz' },
      "error parsing option max-buffer-size: invalid size: 'zz'",
    ],
    ['local', { 'cache-disabled': 'maybe' }, 'invalid value for option cache-disabled: maybe'],
    ['syslog', { 'syslog-facility': 'zz' }, 'invalid syslog facility'],
    ['syslog', { 'syslog-facility': '24' }, 'invalid syslog facility'],
    ['syslog', { 'syslog-format': 'zz' }, 'Invalid syslog format'],
    ['syslog', { 'syslog-address': 'ftp://x' }, "unsupported scheme: 'ftp'"],
    ['syslog', { 'syslog-address': 'unix:///nope' }, 'stat /nope: no such file or directory'],
  ];
  for (const [Type, Config, text] of wrong) {
    it(text, () => expect(() => checkLogConfig({ Type, Config })).to.throw(text));
  }

  const fine: [type: string, options: Record<string, string>][] = [
    ['none', { whatever: '1' }],
    // Values are looked at when the container starts.
    ['json-file', { 'max-size': 'abc', labels: 'a', tag: '{{.Nope}}' }],
    ['local', { mode: 'non-blocking', 'max-buffer-size': '4m' }],
    ['syslog', { 'syslog-address': 'udp://[::1]:514', 'syslog-facility': 'local7' }],
    ['journald', { env: 'A', 'cache-disabled': 'true', 'cache-max-size': '1m' }],
  ];
  for (const [Type, Config] of fine) {
    it(`takes ${Type} ${JSON.stringify(Config)}`, () => checkLogConfig({ Type, Config }));
  }
});
