import { expect } from 'chai';
import type { MountPoint } from '../../src/api/types/container.js';
import { image, isDocker, useSetting } from './setting.js';

describe('API: mounts', () => {
  const daemon = useSetting();
  const mountsOf = async (container: string) => {
    const { Mounts } = await daemon.it.ok<{ Mounts: MountPoint[] }>(
      `GET /containers/${container}/json`,
    );
    return Mounts.sort((a, b) => (a.Destination < b.Destination ? -1 : 1));
  };

  const refusals: [object, string][] = [
    [{ Binds: ['/a:/b:ro:x'] }, "invalid volume specification: '/a:/b:ro:x'"],
    [{ Binds: [':/b'] }, "invalid volume specification: ':/b'"],
    [{ Binds: ['/a:/b:fast'] }, 'invalid mode: fast'],
    [{ Binds: ['/a:/b:ro,rw'] }, 'invalid mode: ro,rw'],
    [{ Binds: ['data:b'] }, "invalid mount path: 'b' mount path must be absolute"],
    [{ Binds: ['/a:/'] }, "invalid specification: destination can't be '/'"],
    [{ Binds: ['data:/x:shared'] }, 'BindOptions must not be specified'],
    [{ Binds: ['/a:/x:nocopy'] }, 'VolumeOptions must not be specified'],
    [{ Binds: ['a_:/x', 'b_:/x'] }, 'Duplicate mount point: /x'],
    [{ Binds: ['a_:/x'], Tmpfs: { '/x': '' } }, 'Duplicate mount point: /x'],
    [{ Binds: ['a_:/x'], Mounts: [{ Type: 'tmpfs', Target: '/x' }] }, 'Duplicate mount point: /x'],
    [{ Mounts: [{ Type: 'nope', Target: '/x' }] }, 'mount type unknown'],
    [{ Mounts: [{ Type: 'bind', Target: '/x' }] }, 'field Source must not be empty'],
    [{ Mounts: [{ Type: 'volume', Source: 'a_' }] }, 'field Target must not be empty'],
    [
      { Mounts: [{ Type: 'bind', Source: '/nope/nope', Target: '/x' }] },
      'invalid mount config for type "bind": bind source path does not exist: /nope/nope',
    ],
    [
      { Mounts: [{ Type: 'bind', Source: '/tmp', Target: '/x', VolumeOptions: {} }] },
      'field VolumeOptions must not be specified',
    ],
    [
      { Mounts: [{ Type: 'tmpfs', Source: 'a_', Target: '/x' }] },
      'field Source must not be specified',
    ],
    [
      {
        Mounts: [
          { Type: 'bind', Source: '/tmp', Target: '/x', BindOptions: { Propagation: 'far' } },
        ],
      },
      'invalid propagation mode: far',
    ],
    [{ VolumesFrom: ['nobody'] }, 'No such container: nobody'],
    [{ VolumesFrom: [''] }, 'volumes-from specification cannot be an empty string'],
    [{ Tmpfs: { relative: '' } }, 'mount path must be absolute'],
  ];
  for (const [HostConfig, words] of refusals) {
    it(`refuses ${JSON.stringify(HostConfig)}`, async () => {
      const body = { Image: image, Cmd: ['true'], HostConfig };
      // Docker takes a `-v` that can't be read for an error of its own.
      const isSpec =
        /^invalid (volume specification|mode)|(Bind|Volume)Options must|^invalid mount path|^invalid spec/;
      const status = isDocker && 'Binds' in HostConfig && isSpec.test(words) ? 500 : 400;
      await daemon.it.refused('POST /containers/create', status, words, { body });
    });
  }

  it('makes no volume for a container that is refused', async function () {
    // Docker leaves those that it made before it came to what it refuses.
    if (isDocker) this.skip();
    const { Volumes } = await daemon.it.ok<{ Volumes: object[] | null }>('GET /volumes');
    expect(Volumes ?? []).to.deep.equal([]);
  });

  it('finds containers by their volumes', async () => {
    const name = await daemon.it.container({ HostConfig: { Binds: ['sought:/data'] } });
    await daemon.it.container();
    const found = async (value: string) => {
      const filters = encodeURIComponent(JSON.stringify({ volume: [value] }));
      const all = await daemon.it.ok<{ Names: string[] }[]>(
        `GET /containers/json?all=1&filters=${filters}`,
      );
      return all.map(({ Names }) => Names[0]);
    };
    expect(await found('sought')).to.deep.equal([`/${name}`]);
    expect(await found('/data')).to.deep.equal([`/${name}`]);
    expect(await found('/dat')).to.deep.equal([]);
    await daemon.it.ok(`DELETE /containers/${name}`);
    await daemon.it.ok('DELETE /volumes/sought');
  });

  it('shows mounts of containers', async () => {
    const { Mountpoint: folder } = await daemon.it.ok<{ Mountpoint: string }>(
      'POST /volumes/create',
      {
        body: { Name: 'named' },
      },
    );
    const name = await daemon.it.container({
      Volumes: { '/anonymous': {} },
      HostConfig: {
        Binds: ['named:/a:ro', '/usr:/b:ro,rslave', '/usr:/c', 'named:/d:nocopy'],
        Mounts: [
          { Type: 'volume', Source: 'named', Target: '/e' },
          { Type: 'bind', Source: '/usr', Target: '/f', ReadOnly: true },
          { Type: 'tmpfs', Target: '/g', TmpfsOptions: { SizeBytes: 65536, Mode: 0o700 } },
          { Type: 'volume', Target: '/h' },
        ],
      },
    });
    const [a, anonymous, b, c, d, e, f, g, h] = await mountsOf(name);
    const volume = { Type: 'volume', Name: 'named', Source: folder, Driver: 'local' };
    expect(a).to.deep.equal({
      ...volume,
      Destination: '/a',
      Mode: 'ro',
      RW: false,
      Propagation: '',
    });
    expect(anonymous).to.include({
      Destination: '/anonymous',
      Mode: '',
      RW: true,
      Driver: 'local',
    });
    expect(anonymous?.Name).to.match(/^[0-9a-f]{64}$/);
    const bind = { Type: 'bind', Source: '/usr' };
    expect(b).to.deep.equal({
      ...bind,
      Destination: '/b',
      Mode: 'ro,rslave',
      RW: false,
      Propagation: 'rslave',
    });
    expect(c).to.deep.equal({
      ...bind,
      Destination: '/c',
      Mode: '',
      RW: true,
      Propagation: 'rprivate',
    });
    expect(d).to.include({ ...volume, Destination: '/d', Mode: 'nocopy', RW: true });
    expect(e).to.include({ ...volume, Destination: '/e', Mode: 'z', RW: true });
    expect(f).to.include({ ...bind, Destination: '/f', Mode: '', RW: false });
    expect(g).to.deep.equal({
      Type: 'tmpfs',
      Source: '',
      Destination: '/g',
      Mode: '',
      RW: true,
      Propagation: '',
    });
    expect(h).to.include({ Type: 'volume', Destination: '/h', Mode: 'z' });
    const { HostConfig } = await daemon.it.ok<{
      HostConfig: { Binds: string[]; Mounts: object[] };
    }>(`GET /containers/${name}/json`);
    expect(HostConfig.Binds).to.deep.equal([
      'named:/a:ro',
      '/usr:/b:ro,rslave',
      '/usr:/c',
      'named:/d:nocopy',
    ]);
    expect(HostConfig.Mounts).to.have.length(4);
    expect(HostConfig.Mounts[0]).to.deep.equal({ Type: 'volume', Source: 'named', Target: '/e' });
    await daemon.it.ok(`DELETE /containers/${name}?v=1`);
    const { Volumes } = await daemon.it.ok<{ Volumes: { Name: string }[] }>('GET /volumes');
    expect(Volumes.map(({ Name }) => Name)).to.deep.equal(['named']);
    await daemon.it.ok('DELETE /volumes/named');
  });
});
