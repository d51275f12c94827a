import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { dockerDefaults } from '../engine/isolation/defaults.js';
import type { Options } from './flags.js';
import { isolationOptions } from './isolation-options.js';
import { mergeOptions } from './options.js';

const read = (given: Partial<Options>) => isolationOptions(mergeOptions({}, given));

describe('isolationOptions', () => {
  it("are Docker's by default", () => {
    expect(read({})).to.deep.equal({
      runtimes: { configured: [], fallback: '' },
      cgroupParent: '',
      seccompProfile: 'builtin',
      defaults: dockerDefaults,
    });
  });

  it('reads runtimes as flags and as the file has them', () => {
    const { runtimes } = read({
      'add-runtime': { a: '/bin/a', b: { path: 'b', runtimeArgs: ['--x'] } },
      'default-runtime': 'a',
    });
    expect(runtimes).to.deep.equal({
      configured: [
        { name: 'a', program: '/bin/a', args: [] },
        { name: 'b', program: 'b', args: ['--x'] },
      ],
      fallback: 'a',
    });
  });

  it('refuses what would promise labels of SELinux', () =>
    expect(() => read({ 'selinux-enabled': true })).to.throw('selinux-enabled is not supported'));

  it('reads ulimits as flags and as the file has them', () => {
    const { defaults } = read({
      'default-ulimit': { nofile: '10:20', core: '-1', nproc: { Name: 'nproc', Soft: 1, Hard: 2 } },
    });
    expect(defaults.ulimits).to.deep.equal([
      { Name: 'nofile', Soft: 10, Hard: 20 },
      { Name: 'core', Soft: -1, Hard: -1 },
      { Name: 'nproc', Soft: 1, Hard: 2 },
    ]);
  });

  for (const [text, size] of [
    ['64M', 67_108_864],
    ['1g', 1_073_741_824],
    ['1024', 1024],
    ['1.5k', 1536],
    ['2MiB', 2_097_152],
  ] as const) {
    it(`reads ${text} as ${size}`, () => {
      expect(read({ 'default-shm-size': text }).defaults.shmSize).to.equal(size);
    });
  }

  describe('of a profile', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'profile-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it('have the text of the file', () => {
      const path = join(folder, 'profile.json');
      const text = '{"defaultAction":"SCMP_ACT_ALLOW"}';
      writeFileSync(path, text);
      expect(read({ 'seccomp-profile': path }).defaults.seccomp).to.equal(text);
      writeFileSync(path, '{');
      expect(() => read({ 'seccomp-profile': path })).to.throw(`(${path}) failed`);
    });
  });

  const refused: [given: Partial<Options>, words: string][] = [
    [{ 'add-runtime': { runc: '/bin/x' } }, "runtime name 'runc' is reserved"],
    [{ 'add-runtime': { a: {} } }, 'runtime a: either a runtimeType or a path must be configured'],
    [{ 'add-runtime': { a: { path: 'a', runtimeArgs: 'x' } } }, 'runtimeArgs wants a list'],
    [{ 'default-ulimit': { nofile: 'x' } }, 'invalid ulimit argument: nofile=x'],
    [{ 'default-ulimit': { nope: '1' } }, 'invalid ulimit type: nope'],
    [{ 'default-ulimit': { nofile: '2:1' } }, 'ulimit soft limit must be less than'],
    [{ 'default-shm-size': 'x' }, "invalid default-shm-size: invalid size: 'x'"],
    [{ 'default-ipc-mode': 'host' }, 'default IPC mode (host) is invalid'],
    [{ 'default-cgroupns-mode': 'x' }, 'default cgroup namespace mode (x) is invalid'],
    [{ 'seccomp-profile': '/nope' }, 'opening seccomp profile (/nope) failed'],
  ];
  for (const [given, words] of refused) {
    it(`refuse ${JSON.stringify(given)}`, () => expect(() => read(given)).to.throw(words));
  }
});
