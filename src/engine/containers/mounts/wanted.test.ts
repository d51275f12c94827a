import { expect } from 'chai';
import { InvalidParameter, NotFound } from '../../../base/errors.js';
import { createBody } from '../fake-context.js';
import type { ContainerMount } from './model.js';
import { wantedMounts } from './wanted.js';

const other: ContainerMount[] = [
  {
    Type: 'volume',
    Name: 'theirs',
    Driver: 'faked',
    Source: '/v/theirs',
    Destination: '/data',
    Mode: 'z',
    RW: true,
    Propagation: '',
    anonymous: true,
  },
  { Type: 'bind', Source: '/a', Destination: '/b', Mode: '', RW: false, Propagation: 'rprivate' },
];

const wanted = (HostConfig: object, paths: readonly string[] = []) =>
  wantedMounts(
    { host: createBody({ HostConfig }).HostConfig, paths },
    {
      dataRoot: '/var/lib/tsnet',
      exists: (path) => path !== '/missing',
      mountsOf: (container) => {
        if (container === 'other') return other;
        throw new NotFound(`No such container: ${container}`);
      },
    },
  );

describe('wantedMounts', () => {
  const bind = { Type: 'bind', Source: '/a', Destination: '/b', RW: true };
  const good: [string, object, object][] = [
    ['a bind', { Binds: ['/a:/b'] }, { ...bind, Propagation: 'rprivate', Mode: '' }],
    ['paths made plain', { Binds: ['/x/../a/:/b//c/../'] }, bind],
    ['its mode', { Binds: ['/a:/b:ro,rshared,z'] }, { RW: false, Propagation: 'rshared' }],
    ['consistency, which says nothing', { Binds: ['/a:/b:cached'] }, bind],
    [
      'a volume',
      { Binds: ['data:/b:ro'] },
      { Type: 'volume', Name: 'data', RW: false, copy: true },
    ],
    ['one driver for all', { Binds: ['data:/b'], VolumeDriver: 'x' }, { Name: 'data' }],
    ['a path alone', { Binds: ['/b'] }, { Type: 'volume', anonymous: true, Destination: '/b' }],
    [
      'a bind of --mount',
      { Mounts: [{ Type: 'bind', Source: '/a', Target: '/b' }] },
      { ...bind, mustExist: true },
    ],
    [
      'one that is made',
      {
        Mounts: [
          {
            Type: 'bind',
            Source: '/missing',
            Target: '/b',
            BindOptions: { CreateMountpoint: true },
          },
        ],
      },
      { Source: '/missing' },
    ],
    [
      'a part of a volume',
      {
        Mounts: [
          { Type: 'volume', Source: 'data', Target: '/b', VolumeOptions: { Subpath: 'c/../d' } },
        ],
      },
      { Name: 'data', subpath: 'c/../d' },
    ],
    ['a tmpfs', { Mounts: [{ Type: 'tmpfs', Target: '/b', ReadOnly: true }] }, { RW: false }],
    [
      'what holds the data root',
      { Binds: ['/var:/b'] },
      { Propagation: 'rslave', propagationByDefault: true },
    ],
    ['what is in it', { Binds: ['/var/lib/tsnet/x:/b:rshared'] }, { Propagation: 'rshared' }],
  ];
  for (const [what, host, point] of good) {
    it(`reads ${what}`, () => {
      const mounts = wanted(host);
      expect(mounts).to.have.length(1);
      expect(mounts[0]).to.include(point);
    });
  }

  it('copies nothing where that is not wanted', () => {
    expect(wanted({ Binds: ['data:/b:nocopy'] })[0]).to.not.have.property('copy');
    const Mounts = [
      { Type: 'volume', Source: 'data', Target: '/b', VolumeOptions: { NoCopy: true } },
    ];
    expect(wanted({ Mounts })[0]).to.not.have.property('copy');
  });

  it('takes what another container has, below what is said of the place', () => {
    const mounts = wanted({ VolumesFrom: ['other:ro'], Binds: ['/mine:/b'] }, ['/data', '/more']);
    expect(mounts.map(({ Destination, RW }) => [Destination, RW])).to.deep.equal([
      ['/data', false],
      ['/b', true],
      ['/more', true],
    ]);
    expect(mounts[0]).to.deep.include({ Name: 'theirs', anonymous: true, Mode: '' });
    expect(mounts[0]).to.not.have.property('copy');
    expect(mounts[1]?.Source).to.equal('/mine');
  });

  it('makes no volume where memory is wanted', () => {
    expect(wanted({ Tmpfs: { '/run': '' } }, ['/run', '/data'])).to.have.length(1);
  });

  const bad: [object, string][] = [
    [{ Binds: [''] }, "invalid volume specification: ''"],
    [{ Binds: [':/b'] }, "invalid volume specification: ':/b'"],
    [{ Binds: ['/a:ro'] }, "invalid volume specification: '/a:ro'"],
    [{ Binds: ['/a:/b:ro:x'] }, "invalid volume specification: '/a:/b:ro:x'"],
    [{ Binds: ['/a:/b:fast'] }, 'invalid mode: fast'],
    [{ Binds: ['/a:/b:z,Z'] }, 'invalid mode: z,Z'],
    [{ Binds: ['/a:b'] }, "invalid mount path: 'b' mount path must be absolute"],
    [{ Binds: ['/a:/b/..'] }, "destination can't be '/'"],
    [{ Binds: ['data:/b:rslave'] }, 'field BindOptions must not be specified'],
    [{ Binds: ['/a:/b:nocopy'] }, 'field VolumeOptions must not be specified'],
    [{ Binds: ['/a:/b', 'c1:/b/'] }, 'Duplicate mount point: /b'],
    [{ Binds: ['/a:/b'], Tmpfs: { '/b': '' } }, 'Duplicate mount point: /b'],
    [{ Binds: ['/var:/b:private'] }, 'must use either propagation mode "rslave" or "rshared"'],
    [{ Mounts: [{ Type: 'bind', Source: '/missing', Target: '/b' }] }, 'does not exist: /missing'],
    [{ Mounts: [{ Type: 'constructor', Target: '/b' }] }, 'mount type unknown'],
    [{ Mounts: [{ Type: 'image', Target: '/b' }] }, 'field Source must not be empty'],
    [
      { Mounts: [{ Type: 'image', Source: 'x', Target: '/b', ImageOptions: { Subpath: '../y' } }] },
      'subpath must be a relative path within the volume',
    ],
    [
      { Mounts: [{ Type: 'bind', Source: '/a', Target: '/b', ImageOptions: {} }] },
      'field ImageOptions must not be specified',
    ],
    [
      { Mounts: [{ Type: 'volume', Target: '/b', VolumeOptions: { Subpath: 'x' } }] },
      'must not set Subpath when using anonymous volumes',
    ],
    ...['../x', '/x', 'a/../../x', '..'].map((Subpath): [object, string] => [
      { Mounts: [{ Type: 'volume', Source: 'v1', Target: '/b', VolumeOptions: { Subpath } }] },
      'subpath must be a relative path within the volume',
    ]),
    [
      { Mounts: [{ Type: 'tmpfs', Target: '/b', TmpfsOptions: { Options: [['suid']] } }] },
      'invalid option: suid',
    ],
    [{ VolumesFrom: ['other:slave'] }, 'invalid mode: slave'],
    [{ VolumesFrom: ['other:nocopy'] }, 'invalid mode: nocopy'],
    [{ VolumesFrom: ['other:what'] }, 'invalid mode: what'],
    [{ Tmpfs: { '/': '' } }, "destination can't be '/'"],
  ];
  for (const [host, words] of bad) {
    it(`refuses ${JSON.stringify(host)}`, () =>
      expect(() => wanted(host)).to.throw(InvalidParameter, words));
  }

  it('refuses paths that can be no mount', () => {
    for (const path of ['/', 'relative']) {
      expect(() => wanted({}, [path]), path).to.throw(InvalidParameter);
    }
  });
});
