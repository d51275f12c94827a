import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import type { Answer } from './http.js';
import { isDocker, useSetting } from './setting.js';

interface Volume {
  readonly Name: string;
  readonly Driver: string;
  readonly Mountpoint: string;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly Options: Readonly<Record<string, string>> | null;
  readonly Scope: string;
  readonly CreatedAt: string;
}

describe('API: volumes', () => {
  const daemon = useSetting();
  const create = (body: object) => daemon.it.ok<Volume>('POST /volumes/create', { body });
  const inspect = (name: string) => daemon.it.ok<Volume>(`GET /volumes/${name}`);
  const remove = (path: string) => daemon.it.send(`DELETE /volumes/${path}`);
  const filtered = async (filters: object) => {
    const query = encodeURIComponent(JSON.stringify(filters));
    const { Volumes } = await daemon.it.ok<{ Volumes: Volume[] | null }>(
      `GET /volumes?filters=${query}`,
    );
    return (Volumes ?? []).map(({ Name }) => Name).sort();
  };
  const message = ({ text }: Answer) => (JSON.parse(text) as { message: string }).message;

  it('makes a volume, shows it, and removes it', async () => {
    const { status, text } = await daemon.it.send('POST /volumes/create', {
      body: { Name: 'data', Labels: { a: '1' } },
    });
    expect(status).to.equal(201);
    const volume = JSON.parse(text) as Volume;
    expect(volume).to.include({ Name: 'data', Driver: 'local', Scope: 'local', Options: null });
    expect(volume.Labels).to.deep.equal({ a: '1' });
    expect(volume.Mountpoint).to.match(/\/volumes\/data\/_data$/);
    expect(volume.CreatedAt).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/);
    expect(Object.keys(volume).sort()).to.deep.equal(
      ['CreatedAt', 'Driver', 'Labels', 'Mountpoint', 'Name', 'Options', 'Scope'].sort(),
    );
    expect(await inspect('data')).to.deep.equal(volume);
    expect(existsSync(volume.Mountpoint)).to.equal(true);
    const gone = await remove('data');
    expect([gone.status, gone.text]).to.deep.equal([204, '']);
    expect(existsSync(dirname(volume.Mountpoint))).to.equal(false);
    await daemon.it.refused('GET /volumes/data', 404, 'get data: no such volume');
    await daemon.it.refused('DELETE /volumes/data', 404, 'get data: no such volume');
    expect((await remove('data?force=1')).status).to.equal(204);
  });

  it('gives a name to one that has none', async () => {
    const { Name, Labels } = await create({});
    expect(Name).to.match(/^[0-9a-f]{64}$/);
    // Docker marks them since 23.0.
    if (!isDocker) expect(Labels).to.deep.equal({ 'com.docker.volume.anonymous': '' });
    await remove(Name);
  });

  it('gives the same one to a second asker, whatever the options', async () => {
    const first = await create({ Name: 'same', Labels: { a: '1' } });
    const again = await create({ Name: 'same', Labels: { b: '2' } });
    expect(again).to.deep.equal(first);
    expect(await create({ Name: 'same', Driver: 'local' })).to.deep.equal(first);
    await remove('same');
  });

  it('keeps apart what was left out and what is empty', async () => {
    expect(await create({ Name: 'bare' })).to.include({ Labels: null, Options: null });
    const empty = await create({ Name: 'empty', Labels: {}, DriverOpts: {} });
    expect([empty.Labels, empty.Options]).to.deep.equal([{}, {}]);
    await Promise.all(['bare', 'empty'].map(remove));
  });

  const badNames: [string, string][] = [
    ['x', 'create x: volume name is too short, names should be at least two alphanumeric'],
    ['a/b', 'create a/b: "a/b" includes invalid characters for a local volume name, only'],
    ['-ab', 'create -ab: "-ab" includes invalid characters for a local volume name'],
    ['..', 'includes invalid characters'],
  ];
  for (const [Name, words] of badNames) {
    it(`refuses the name ${Name}`, () =>
      daemon.it.refused('POST /volumes/create', 400, words, { body: { Name } }));
  }

  const badOptions: [object, string][] = [
    [{ nope: '1' }, isDocker ? 'invalid option' : 'create opts: invalid option: "nope"'],
    [{ device: '/x' }, 'missing required option: "type"'],
    [{ o: 'ro' }, 'missing required option: "device"'],
    [{ size: '1g', type: 'tmpfs', device: 'tmpfs' }, 'quota size requested but no quota support'],
  ];
  for (const [DriverOpts, words] of badOptions) {
    it(`refuses the options ${JSON.stringify(DriverOpts)}`, async () => {
      const body = { Name: 'opts', DriverOpts };
      await daemon.it.refused('POST /volumes/create', 400, words, { body });
      await daemon.it.refused('GET /volumes/opts', 404, 'no such volume');
    });
  }

  it('lists by filters', async () => {
    await create({ Name: 'red', Labels: { color: 'red', kept: '' } });
    await create({ Name: 'blue', Labels: { color: 'blue', kept: '' } });
    const user = await daemon.it.container({ HostConfig: { Binds: ['red:/data'] } });
    const all = ['blue', 'red'];
    const cases: [object, string[]][] = [
      [{}, all],
      [{ name: ['re'] }, ['red']],
      [{ name: ['^b.*e$'] }, ['blue']],
      [{ name: ['red', 'blue'] }, all],
      [{ label: ['kept'] }, all],
      [{ label: ['kept', 'color=red'] }, ['red']],
      [{ label: { 'color=blue': true } }, ['blue']],
      [{ dangling: ['true'] }, ['blue']],
      [{ dangling: ['0'] }, ['red']],
      [{ driver: ['local'] }, all],
      [{ driver: ['other'] }, []],
      [{ driver: ['local'], name: ['blue'] }, ['blue']],
    ];
    for (const [filters, names] of cases) {
      expect(await filtered(filters), JSON.stringify(filters)).to.deep.equal(names);
    }
    const refused = (filters: string, words: string) =>
      daemon.it.refused(`GET /volumes?filters=${encodeURIComponent(filters)}`, 400, words);
    await refused('{"nope":["1"]}', "invalid filter 'nope'");
    await refused('{"dangling":["maybe"]}', "invalid filter 'dangling");
    await daemon.it.ok(`DELETE /containers/${user}`);
    await Promise.all(all.map(remove));
  });

  it('keeps what containers have, and says which', async () => {
    const [one, two] = [
      await daemon.it.container({ HostConfig: { Binds: ['shared:/data'] } }),
      await daemon.it.running({ HostConfig: { Binds: ['shared:/data'] } }),
    ];
    const ids = await Promise.all(
      [one, two].map(async (name) => {
        const { Id } = await daemon.it.ok<{ Id: string }>(`GET /containers/${name}/json`);
        return Id;
      }),
    );
    const refusal = await remove('shared');
    expect(refusal.status).to.equal(409);
    expect(message(refusal)).to.match(/^remove shared: volume is in use - \[\w+, \w+\]$/);
    for (const id of ids) expect(message(refusal)).to.include(id);
    expect((await remove('shared?force=1')).status).to.equal(409);
    await Promise.all(
      [one, two].map((name) => daemon.it.ok(`DELETE /containers/${name}?force=1&v=1`)),
    );
    expect((await remove('shared')).status).to.equal(204);
  });

  it('prunes', async () => {
    await create({ Name: 'used' });
    await create({ Name: 'idle', Labels: { keep: 'no' } });
    await create({ Name: 'loved', Labels: { keep: 'yes' } });
    await create({ Name: 'opted', DriverOpts: { type: 'tmpfs', device: 'tmpfs' } });
    const user = await daemon.it.container({ HostConfig: { Binds: ['used:/data'] } });
    const prune = async (filters: object) => {
      const query = encodeURIComponent(JSON.stringify(filters));
      return daemon.it.ok<{ VolumesDeleted: string[]; SpaceReclaimed: number }>(
        `POST /volumes/prune?filters=${query}`,
      );
    };
    expect(await prune({ 'label!': ['keep'] })).to.deep.equal({
      VolumesDeleted: [],
      SpaceReclaimed: 0,
    });
    expect((await prune({ label: ['keep=no'] })).VolumesDeleted).to.deep.equal(['idle']);
    expect((await prune({})).VolumesDeleted).to.deep.equal(['loved']);
    expect(await filtered({})).to.deep.equal(['opted', 'used']);
    await daemon.it.refused(
      `POST /volumes/prune?filters=${encodeURIComponent('{"name":["x"]}')}`,
      400,
      "invalid filter 'name'",
    );
    await daemon.it.ok(`DELETE /containers/${user}`);
    await Promise.all(['opted', 'used'].map(remove));
  });

  it('prunes what nobody named, since 1.42', async function () {
    // Docker's 20.10 speaks 1.41.
    if (isDocker) this.skip();
    await create({ Name: 'named' });
    const { Name } = await create({});
    const prune = async (filters: string) => {
      const line = `POST /v1.42/volumes/prune?filters=${encodeURIComponent(filters)}`;
      return (await daemon.it.ok<{ VolumesDeleted: string[] }>(line)).VolumesDeleted;
    };
    expect(await prune('{}')).to.deep.equal([Name]);
    expect(await prune('{"all":["false"]}')).to.deep.equal([]);
    expect(await prune('{"all":["true"]}')).to.deep.equal(['named']);
    await daemon.it.refused(
      `POST /v1.42/volumes/prune?filters=${encodeURIComponent('{"all":["1","0"]}')}`,
      400,
      "invalid filter 'all",
    );
  });

  it('has none of the volumes of a swarm', async function () {
    if (isDocker) this.skip();
    await daemon.it.refused('PUT /volumes/x?version=1', 503, 'swarm is unavailable', { body: {} });
  });
});
