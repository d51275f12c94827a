import { expect } from 'chai';
import { InvalidParameter, NotImplemented } from '../../base/errors.js';
import { bindMounts, mountPoints } from './binds.js';
import { createBody } from './fake-context.js';

const pointsOf = (HostConfig: object) => mountPoints(createBody({ HostConfig }).HostConfig);

describe('mountPoints', () => {
  const good: [object, object][] = [
    [{ Binds: ['/a:/b'] }, { Source: '/a', Destination: '/b', RW: true, Propagation: 'rprivate' }],
    [{ Binds: ['/a/../c:/b//d:ro'] }, { Source: '/c', Destination: '/b/d', RW: false, Mode: 'ro' }],
    [{ Binds: ['/a:/b:ro,rshared'] }, { RW: false, Propagation: 'rshared', Mode: 'ro,rshared' }],
    [{ Binds: ['/a:/b:z'] }, { RW: true, Mode: 'z' }],
    [{ Mounts: [{ Type: 'bind', Source: '/a', Target: '/b', ReadOnly: true }] }, { RW: false }],
    [
      {
        Mounts: [
          { Type: 'bind', Source: '/a', Target: '/b', BindOptions: { Propagation: 'slave' } },
        ],
      },
      { Propagation: 'slave', Type: 'bind' },
    ],
  ];
  for (const [host, wanted] of good) {
    it(`reads ${JSON.stringify(host)}`, () => {
      const points = pointsOf(host);
      expect(points).to.have.length(1);
      expect(points[0]).to.include(wanted);
    });
  }

  it('leaves tmpfs to others', () =>
    expect(pointsOf({ Mounts: [{ Type: 'tmpfs', Target: '/t' }] })).to.deep.equal([]));

  const bad: [string, typeof InvalidParameter | typeof NotImplemented, string][] = [
    ['/a', InvalidParameter, "invalid volume specification: '/a'"],
    [':/b', InvalidParameter, "invalid volume specification: ':/b'"],
    ['/a:/b:ro:x', InvalidParameter, "invalid volume specification: '/a:/b:ro:x'"],
    ['/a:/b:fast', InvalidParameter, 'invalid mode: fast'],
    ['/a:b', InvalidParameter, 'mount path must be absolute'],
    ['/a:/b/..', InvalidParameter, "destination can't be '/'"],
    ['data:/b', NotImplemented, 'volume "data": named volumes are not available yet'],
  ];
  for (const [bind, kind, message] of bad) {
    it(`refuses ${bind}`, () => expect(() => pointsOf({ Binds: [bind] })).to.throw(kind, message));
  }

  it('refuses volumes of --mount', () =>
    expect(() => pointsOf({ Mounts: [{ Type: 'volume', Source: '/a', Target: '/b' }] })).to.throw(
      NotImplemented,
    ));
});

describe('bindMounts', () => {
  const files = { hosts: '/f/hosts', resolvConf: '/f/resolv.conf', hostname: '/f/hostname' };

  it("puts the network's files first and leaves out what the user brings", () => {
    const points = pointsOf({ Binds: ['/my/hosts:/etc/hosts:ro', '/a:/b'] });
    expect(
      bindMounts(points, files).map(({ source, readOnly }) => [source, readOnly]),
    ).to.deep.equal([
      ['/f/resolv.conf', false],
      ['/f/hostname', false],
      ['/my/hosts', true],
      ['/a', false],
    ]);
  });
});
