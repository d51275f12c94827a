import { expect } from 'chai';
import { InvalidParameter } from '../../base/errors.js';
import { apiVersion, compareVersions, minApiVersion, splitVersion } from './version.js';

describe('splitVersion', () => {
  const good: [string, string, string][] = [
    ['/v1.41/containers/json', '1.41', '/containers/json'],
    [`/v${minApiVersion}/_ping`, minApiVersion, '/_ping'],
    [`/v${apiVersion}/_ping`, apiVersion, '/_ping'],
    ['/containers/json', apiVersion, '/containers/json'],
    ['/v1.41', apiVersion, '/v1.41'],
    ['/v1/x', apiVersion, '/v1/x'],
  ];
  for (const [path, version, rest] of good) {
    it(`splits ${path}`, () => expect(splitVersion(path)).to.deep.equal({ version, path: rest }));
  }

  const refusals: [string, string][] = [
    ['/v1.999/_ping', 'client version 1.999 is too new. Maximum supported API version is'],
    ['/v2.0/_ping', 'client version 2.0 is too new.'],
    ['/v1.9/_ping', 'client version 1.9 is too old. Minimum supported API version is 1.24'],
  ];
  for (const [path, message] of refusals) {
    it(`refuses ${path}`, () =>
      expect(() => splitVersion(path)).to.throw(InvalidParameter, message));
  }
});

describe('compareVersions', () => {
  const cases: [string, string, number][] = [
    ['1.9', '1.10', -1],
    ['1.41', '1.41', 0],
    ['2.0', '1.99', 1],
  ];
  for (const [a, b, sign] of cases) {
    it(`${a} and ${b}`, () => expect(Math.sign(compareVersions(a, b))).to.equal(sign));
  }
});
