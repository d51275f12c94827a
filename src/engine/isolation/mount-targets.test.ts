import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkMountTargets, resolvedTarget } from './mount-targets.js';

describe('mount targets', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'targets-'));
    mkdirSync(join(root, 'a/b'), { recursive: true });
    symlinkSync('/proc', join(root, 'procs'));
    symlinkSync('../../../../procs', join(root, 'a/up'));
    symlinkSync('loop', join(root, 'loop'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const targets: [path: string, wanted: string][] = [
    ['/a/b', '/a/b'],
    ['/a/../../..', '/'],
    ['/new/folder', '/new/folder'],
    ['/procs', '/proc'],
    ['/a/up/sys', '/proc/sys'],
    ['/new/../procs', '/proc'],
  ];
  for (const [path, wanted] of targets) {
    it(`${path} leads to ${wanted}`, () => {
      expect(resolvedTarget(root, path)).to.equal(wanted);
    });
  }

  const check = (destination: string, source = '/etc') =>
    checkMountTargets(root, [{ source, destination }]);

  for (const fine of ['/a', '/processes', '/proc/cpuinfo', '/procs/meminfo']) {
    it(`may be ${fine}`, () => expect(() => check(fine)).to.not.throw());
  }

  const refused: [destination: string, words: string][] = [
    ['/proc', '"/proc" cannot be mounted because it is not of type proc'],
    ['/procs', '"/procs" cannot be mounted because it is not of type proc'],
    ['/proc/sys', '"/proc/sys" cannot be mounted because it is inside /proc'],
    ['/a/up/self/attr', '"/a/up/self/attr" cannot be mounted because it is inside /proc'],
    ['/loop', 'too many links in the mount path "/loop"'],
  ];
  for (const [destination, words] of refused) {
    it(`can't be ${destination}`, () => expect(() => check(destination)).to.throw(words));
  }

  it("may be all of /proc for another one's", () => {
    expect(() => check('/proc', '/proc')).to.not.throw();
  });
});
