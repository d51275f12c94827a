import { expect } from 'chai';
import { System } from '../../../base/errors.js';
import { lineLogger, silentLogger } from '../../../base/logger.js';
import { type AppArmor, profileLoader, profileNames, profileOf, usableProfiles } from './load.js';
import { defaultProfile } from './profile.js';

describe('the default AppArmor profile', () => {
  const all = () => true;
  const none = () => false;

  it('stands on the system’s own files where there are any', () => {
    const text = defaultProfile({ daemonProfile: 'unconfined', hasFile: all });
    expect(text).to.match(/^abi <abi\/3\.0>,\ninclude <tunables\/global>$/m);
    expect(text).to.include('  include <abstractions/base>\n');
    expect(text).not.to.include('@{PROC}=');
  });

  it('says itself where /proc is, where there are none', () => {
    const text = defaultProfile({ daemonProfile: 'unconfined', hasFile: none });
    expect(text).to.include('\n@{PROC}=/proc/\nprofile "docker-default" flags=(');
    expect(text).not.to.match(/^ *(include|abi) /m);
  });

  it('lets the daemon signal containers, whatever that runs under', () => {
    const peers = (daemonProfile: string) =>
      [...defaultProfile({ daemonProfile, hasFile: none }).matchAll(/\(receive\) peer=(.*),/g)].map(
        ([, peer]) => peer,
      );
    expect(peers('my daemon')).to.deep.equal(['unconfined', '"my daemon"', 'runc', 'crun']);
    expect(peers('unconfined')).to.include('unconfined');
  });

  it('denies what Docker’s denies', () => {
    const text = defaultProfile({ daemonProfile: 'unconfined', hasFile: none });
    const denied = [...text.matchAll(/^ {2}deny (.*),$/gm)].map(([, rule]) => rule);
    expect(denied).to.include.members([
      'network alg',
      'mount',
      '@{PROC}/* w',
      '@{PROC}/sys/[^k]** w',
      '@{PROC}/sysrq-trigger rwklx',
      '@{PROC}/kcore rwklx',
      '/sys/firmware/** rwklx',
      '/sys/kernel/security/** rwklx',
    ]);
    expect(denied).to.have.length(16);
    // Every other line is a rule, a remark, or one of the frame.
    const lines = text.split('\n').filter((line) => !/^ {2}(#.*|.*,)$/.test(line));
    expect(lines).to.have.length(5);
  });
});

describe('profiles of AppArmor', () => {
  it('are read from the kernel’s list', () => {
    expect(profileNames('docker-default (enforce)\nmy own (complain)\n/bin/x\n')).to.deep.equal([
      'docker-default',
      'my own',
      '/bin/x',
    ]);
    expect(profileOf('unconfined\n')).to.equal('unconfined');
    expect(profileOf('my daemon (enforce)\n')).to.equal('my daemon');
    expect(profileOf('')).to.equal('unconfined');
  });

  const given: string[] = [];
  const host = (parts: Partial<AppArmor>): AppArmor => ({
    isUsable: true,
    loaded: () => ['other'],
    daemonProfile: 'unconfined',
    hasFile: () => false,
    load: async (profile) => void given.push(profile),
    ...parts,
  });
  beforeEach(() => given.splice(0));

  const left: [string, Partial<AppArmor>, string[] | undefined][] = [
    ['there is no AppArmor', { loaded: () => undefined }, undefined],
    ['it is off, or has no parser', { isUsable: false }, ['other']],
    ['the profile is there', { loaded: () => ['docker-default'] }, ['docker-default']],
  ];
  for (const [what, parts, wanted] of left) {
    it(`are left alone where ${what}`, async () => {
      expect(await usableProfiles(host(parts), silentLogger)).to.deep.equal(wanted);
      expect(given).to.deep.equal([]);
    });
  }

  it('get the default one where it is missing', async () => {
    expect(await usableProfiles(host({}), silentLogger)).to.deep.equal(['other', 'docker-default']);
    expect(given).to.have.length(1);
    expect(given[0]).to.include('profile "docker-default"');
  });

  it('are given to the kernel by the system’s parser', async () => {
    const run: [string, readonly string[], unknown][] = [];
    const outcome = { code: 0 };
    const load = profileLoader('/sbin/apparmor_parser', async ({ file, argv, input }) => {
      run.push([file, argv, input]);
      return { status: { code: outcome.code, signal: 0 }, stdout: '', stderr: 'syntax error\n' };
    });
    await load('text');
    expect(run).to.deep.equal([['/sbin/apparmor_parser', ['apparmor_parser', '-Kr'], 'text']]);
    outcome.code = 1;
    const error = await load('text').catch(String);
    expect(error).to.include('apparmor_parser -Kr: exit status 1: syntax error');
  });

  it('have the default one also where it can’t be loaded, and the log says why', async () => {
    const said: string[] = [];
    const options = { level: 'info', now: () => new Date(0) } as const;
    const logger = lineLogger((line) => said.push(line), options);
    const load = async () => {
      throw new System('no room');
    };
    expect(await usableProfiles(host({ load }), logger)).to.include('docker-default');
    expect(said.join('')).to.match(/level=error .*could not be loaded.*no room/);
  });
});
