import { expect } from 'chai';
import { InvalidParameter, System } from '../../../base/errors.js';
import { MS } from '../../../native/mount.js';
import { mountFlags } from './mount-options.js';
import { addressed } from './mounting.js';
import { checkLocalOptions, localMount } from './options.js';
import { planRepair } from './reconcile.js';

describe('options of local volumes', () => {
  const bad: [Record<string, string>, string][] = [
    [{ nope: '1' }, 'invalid option: "nope"'],
    [{ type: 'nfs' }, 'missing required option: "device"'],
    [{ device: '/x' }, 'missing required option: "type"'],
    [{ o: 'ro' }, 'missing required option: "device"'],
    [{ size: 'big' }, "invalid size: 'big'"],
    [{ size: '1.5GiB' }, 'quota size requested but no quota support'],
    [{ type: 'cifs', device: '//host:445/share' }, 'port not allowed in CIFS device URL'],
  ];
  for (const [options, words] of bad) {
    it(`refuses ${JSON.stringify(options)}`, () =>
      expect(() => checkLocalOptions(options)).to.throw(InvalidParameter, words));
  }

  it('are a plain folder, or what is mounted there', () => {
    for (const options of [null, {}, { size: '0' }]) {
      checkLocalOptions(options);
      expect(localMount(options)).to.equal(undefined);
    }
    const options = { type: 'none', device: '/x', o: 'bind' };
    checkLocalOptions(options);
    expect(localMount(options)).to.deep.equal({ type: 'none', device: '/x', options: 'bind' });
  });

  const flags: [string, number, number, string][] = [
    ['', 0, 0, ''],
    ['defaults,rw', 0, 0, ''],
    ['bind,ro', MS.bind | MS.rdonly, 0, ''],
    ['ro,rw', 0, 0, ''],
    ['rbind,rshared', MS.bind | MS.recursive, MS.shared | MS.recursive, ''],
    ['addr=1.2.3.4,nosuid,vers=4,noexec', MS.nosuid | MS.noexec, 0, 'addr=1.2.3.4,vers=4'],
    ['size=1m,toString', 0, 0, 'size=1m,toString'],
  ];
  for (const [text, wanted, propagation, data] of flags) {
    it(`reads "${text}"`, () =>
      expect(mountFlags(text)).to.deep.equal({ flags: wanted, propagation, data }));
  }

  it('name servers by address', async () => {
    const resolve = async (host: string) => {
      if (host !== 'store') throw new Error('not found');
      return '10.0.0.9';
    };
    const nfs = { type: 'nfs', device: ':/x', options: 'rw,addr=store,vers=4' };
    expect((await addressed(nfs, resolve)).options).to.equal('rw,addr=10.0.0.9,vers=4');
    const known = { ...nfs, options: 'addr=10.0.0.1' };
    expect(await addressed(known, resolve)).to.equal(known);
    const cifs = { type: 'cifs', device: '//store/share', options: '' };
    expect((await addressed(cifs, resolve)).device).to.equal('//10.0.0.9/share');
    const failure = await addressed({ ...nfs, options: 'addr=other' }, resolve).catch((e) => e);
    expect(failure).to.be.instanceOf(System);
    expect(String(failure)).to.include('error resolving passed in network volume address');
  });
});

describe('planRepair', () => {
  const cases: [string, string[], string[], string[], object][] = [
    ['all is well', ['a1'], [], ['a1'], {}],
    ['a creation was cut short', [], [], ['a1'], { make: ['a1'] }],
    ['a removal was cut short', [], ['a1'], ['a1'], { clear: ['a1'], forget: ['a1'] }],
    ['its files were left', [], ['a1'], [], { clear: ['a1'] }],
    ['a new one has the name', ['a1'], ['a1'], ['a1'], { clear: ['a1'] }],
    ['a folder was put there', ['a1'], [], [], { adopt: ['a1'] }],
  ];
  for (const [what, names, retired, recorded, wanted] of cases) {
    it(what, () =>
      expect(planRepair({ names, retired }, recorded)).to.deep.equal({
        clear: [],
        forget: [],
        make: [],
        adopt: [],
        ...wanted,
      }),
    );
  }
});
