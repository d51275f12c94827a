import { expect } from 'chai';
import { dockerDefaults } from '../engine/isolation/defaults.js';
import { changes } from './configuration.js';
import type { Options } from './flags.js';
import { LiveState, liveDefaults, readLiveSettings } from './live-settings.js';
import { mergeOptions } from './options.js';

const read = (given: Partial<Options> = {}) => readLiveSettings(mergeOptions({}, given));

describe('readLiveSettings', () => {
  it("has dockerd's defaults", () =>
    expect(read()).to.deep.equal({
      debug: false,
      logLevel: 'info',
      labels: [],
      liveRestore: false,
      shutdownTimeoutMs: 15_000,
      features: {},
      authorizationPlugins: [],
      insecureRegistries: [],
      registryMirrors: [],
      maxConcurrentDownloads: 3,
      maxConcurrentUploads: 5,
      maxDownloadAttempts: 5,
      runtimes: { configured: [], fallback: '' },
      defaults: { shmSize: 67_108_864, ipcMode: 'private', cgroupnsMode: '' },
    }));

  const taken: [Partial<Options>, object][] = [
    [
      { debug: true, 'log-level': 'error' },
      { debug: true, logLevel: 'debug' },
    ],
    [{ 'shutdown-timeout': -1 }, { shutdownTimeoutMs: undefined }],
    [{ label: ['a=b', 'c=d=e', 'a=b'] }, { labels: ['a=b', 'c=d=e'] }],
    [{ feature: { a: true, b: 'false' } }, { features: { a: true, b: false } }],
    [{ 'registry-mirror': ['https://m'] }, { registryMirrors: ['https://m/'] }],
    [{ 'authorization-plugin': ['a', 'b', 'a'] }, { authorizationPlugins: ['a', 'b'] }],
  ];
  for (const [given, wanted] of taken) {
    it(`takes ${JSON.stringify(given)}`, () => expect(read(given)).to.deep.include(wanted));
  }

  const refused: [Partial<Options>, string][] = [
    [{ label: ['a'] }, 'bad attribute format: a'],
    [{ label: ['=a'] }, 'bad attribute format: =a'],
    [{ label: ['a=b', 'a=c'] }, 'conflict labels for a=c and a=b'],
    [{ 'log-level': 'loud' }, 'invalid logging level: loud'],
    [{ 'max-concurrent-downloads': -1 }, 'invalid max concurrent downloads: -1'],
    [{ 'max-concurrent-uploads': -1 }, 'invalid max concurrent uploads: -1'],
    [{ 'max-download-attempts': 0 }, 'invalid max download attempts: 0'],
    [{ 'registry-mirror': ['ftp://x'] }, 'invalid mirror'],
    [{ 'registry-mirror': ['https://me@x'] }, 'invalid mirror'],
    [{ feature: { a: 'perhaps' } }, 'invalid value for feature "a"'],
    [{ 'authorization-plugin': ['../x'] }, 'invalid authorization plugin name "../x"'],
    [{ 'authorization-plugin': [''] }, 'invalid authorization plugin name ""'],
  ];
  for (const [given, message] of refused) {
    it(`refuses ${JSON.stringify(given)}`, () => expect(() => read(given)).to.throw(message));
  }
});

describe('LiveState', () => {
  it('tells of what is new', () => {
    const state = new LiveState(read());
    const heard: boolean[] = [];
    state.onChange(({ debug }) => heard.push(debug));
    state.replace(read({ debug: true }));
    expect([state.current.debug, heard]).to.deep.equal([true, [true]]);
  });
});

describe('liveDefaults', () => {
  it('are those of the moment, where a reload may change them', () => {
    const state = new LiveState(read());
    const defaults = liveDefaults({ ...dockerDefaults, init: true }, state);
    expect(defaults).to.deep.equal({ ...dockerDefaults, init: true });
    state.replace(
      read({
        'default-shm-size': '1k',
        'default-ipc-mode': 'shareable',
        'default-cgroupns-mode': 'host',
      }),
    );
    expect(defaults).to.deep.include({
      shmSize: 1024,
      ipcMode: 'shareable',
      cgroupnsMode: 'host',
      init: true,
    });
  });
});

describe('changes of the file', () => {
  const running = mergeOptions({}, { mtu: 1400, label: ['a=b'] });
  const cases: [string, Partial<Options>, object, string[]][] = [
    ['nothing', {}, {}, []],
    ['what is as it was', { mtu: 1400, label: ['a=b'] }, {}, []],
    ['what can be changed', { label: ['c=d'], debug: true }, { label: ['c=d'], debug: true }, []],
    ['what takes a restart', { mtu: 1500, dns: ['1.1.1.1'] }, {}, ['dns', 'mtu']],
    ['both', { mtu: 1500, 'live-restore': true }, { 'live-restore': true }, ['mtu']],
  ];
  for (const [what, file, taken, left] of cases) {
    it(`are ${what}`, () => {
      const found = changes(running, file, mergeOptions(file, {}));
      expect(found.taken).to.deep.equal(taken);
      expect(found.left.map(({ flag }) => flag).sort()).to.deep.equal(left);
    });
  }

  it('are what the file no longer says, of features and numbers of downloads alone', () => {
    const before = mergeOptions(
      { feature: { a: true }, label: ['a=b'], 'max-concurrent-downloads': 9 },
      { 'max-concurrent-uploads': 7 },
    );
    const whole = mergeOptions({}, { 'max-concurrent-uploads': 7 });
    expect(changes(before, {}, whole).taken).to.deep.equal({
      feature: {},
      'max-concurrent-downloads': 3,
    });
  });
});
