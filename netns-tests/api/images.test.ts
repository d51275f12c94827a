import { execFileSync } from 'node:child_process';
import { request } from 'node:http';
import { expect } from 'chai';
import { isDocker, useSetting } from './setting.js';
import { entriesOf, tarOf } from './tar.js';

interface Deleted {
  readonly Untagged?: string;
  readonly Deleted?: string;
}
interface Summary {
  readonly Id: string;
  readonly RepoTags: string[] | null;
}
interface Line {
  readonly status?: string;
  readonly stream?: string;
  readonly error?: string;
  readonly id?: string;
  readonly progressDetail?: { readonly current: number; readonly total: number };
}

describe('images', () => {
  const setting = useSetting();

  const bytes = (path: string) =>
    new Promise<Buffer>((resolve, reject) => {
      const { socket: socketPath } = setting.it;
      const call = request({ socketPath, path: `/v1.41${path}`, agent: false }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => resolve(Buffer.concat(parts)));
      });
      call.on('error', reject);
      call.end();
    });
  const lines = async (line: string, body: Buffer): Promise<Line[]> => {
    const { status, text } = await setting.it.send(line, { body });
    expect(status, text).to.equal(200);
    return text
      .trim()
      .split('\n')
      .map((one) => JSON.parse(one) as Line);
  };
  /** An image of one file with its own name; gives its id. */
  const make = async (repo: string, tag: string, more = '') => {
    const body = await tarOf([{ name: 'name', content: `${repo}:${tag}`, mtime: new Date(0) }]);
    const [line] = await lines(
      `POST /images/create?fromSrc=-&repo=${repo}&tag=${tag}${more}`,
      body,
    );
    return line?.status ?? '';
  };
  const list = async (filters: object) => {
    const query = encodeURIComponent(JSON.stringify(filters));
    const all = await setting.it.ok<Summary[]>(`GET /images/json?filters=${query}`);
    return all.flatMap(({ RepoTags }) => RepoTags ?? []).sort();
  };
  const remove = (ref: string, more = '') =>
    setting.it.ok<Deleted[]>(`DELETE /images/${ref}${more}`);

  it('are imported with changes, a message, and for a platform', async () => {
    const id = await make(
      'imported',
      'v1',
      '&message=hello&changes=CMD%20%5B%22x%22%5D&platform=linux/arm64',
    );
    expect(id).to.match(/^sha256:[0-9a-f]{64}$/);
    interface Inspected {
      readonly Id: string;
      readonly Comment: string;
      readonly Architecture: string;
      readonly Config: Record<string, unknown>;
    }
    const image = await setting.it.ok<Inspected>('GET /images/imported:v1/json');
    expect(image).to.deep.include({ Id: id, Comment: 'hello' });
    // dockerd 20.10 takes its own for any.
    expect(image.Architecture).to.equal(isDocker ? 'amd64' : 'arm64');
    expect(image.Config['Cmd']).to.deep.equal(['x']);
    const create = 'POST /images/create?fromSrc=-';
    const body = await tarOf([{ name: 'x' }]);
    await setting.it.refused(
      `${create}&repo=x&changes=FROM%20y`,
      400,
      'from is not a valid change command',
      { body },
    );
    await setting.it.refused(`${create}&repo=X`, 400, 'must be lowercase', { body });
    await setting.it.refused(
      `${create}&repo=x@sha256:${'0'.repeat(64)}`,
      400,
      'cannot import digest reference',
      { body },
    );
    await setting.it.refused(`${create}&platform=a/b/c/d`, 400, 'cannot parse platform specifier', {
      body,
    });
    await setting.it.refused(
      `${create}&platform=windows/amd64`,
      400,
      'operating system is not supported',
      { body },
    );
  });

  it('are listed by name, label, and who came before', async () => {
    await make('one', '1', '&changes=LABEL%20x=y');
    await make('one', '2');
    await make('reg.example:5000/deep/two', '1', '&changes=LABEL%20x=z');
    const table: [filters: object, names: string[]][] = [
      [{ label: ['x'] }, ['one:1', 'reg.example:5000/deep/two:1']],
      [{ label: ['x=z'] }, ['reg.example:5000/deep/two:1']],
      [{ reference: ['one'] }, ['one:1', 'one:2']],
      [{ reference: ['o*:1'] }, ['one:1']],
      [{ reference: ['*/*/two'] }, ['reg.example:5000/deep/two:1']],
      [{ reference: ['o*'], before: ['one:2'] }, ['one:1']],
      [{ reference: ['o*'], since: ['one:1'] }, ['one:2']],
      [{ reference: ['nothing'] }, []],
    ];
    for (const [filters, names] of table)
      expect(await list(filters), JSON.stringify(filters)).to.deep.equal(names);
    const query = (filters: object) =>
      `GET /images/json?filters=${encodeURIComponent(JSON.stringify(filters))}`;
    await setting.it.refused(query({ colour: ['red'] }), 400, "invalid filter 'colour'");
    await setting.it.refused(query({ dangling: ['x'] }), 400, "invalid filter 'dangling=[x]'");
    await setting.it.refused(query({ before: ['gone'] }), 404, 'No such image: gone:latest');
  });

  it('lose their names, and with the last one their layers', async () => {
    const id = await make('gone', '1');
    await setting.it.ok('POST /images/gone:1/tag?repo=gone&tag=2');
    expect(await remove('gone:1')).to.deep.equal([{ Untagged: 'gone:1' }]);
    const [untagged, ...deleted] = await remove('gone:2');
    expect(untagged).to.deep.equal({ Untagged: 'gone:2' });
    expect(deleted[0]).to.deep.equal({ Deleted: id });
    expect(deleted).to.have.length(2);
    await setting.it.refused('DELETE /images/gone:2', 404, 'No such image: gone:2');
    const next = await make('byid', '1');
    expect((await remove(next.slice(7, 19)))[0]).to.deep.equal({ Untagged: 'byid:1' });
  });

  it('stay as long as they are needed, and say by whom', async () => {
    const id = await make('used', '1');
    const short = id.slice(7, 19);
    const box = await setting.it.container({ Image: 'used:1' });
    const { Id } = await setting.it.ok<{ Id: string }>(`GET /containers/${box}/json`);
    const user = Id.slice(0, 12);
    await setting.it.refused(
      'DELETE /images/used:1',
      409,
      `conflict: unable to remove repository reference "used:1" (must force) - container ${user} is using its referenced image ${short}`,
    );
    await setting.it.refused(
      `DELETE /images/${id}`,
      409,
      `conflict: unable to delete ${short} (must be forced) - image is being used by stopped container ${user}`,
    );
    await setting.it.ok('POST /images/used:1/tag?repo=other');
    await setting.it.refused(
      `DELETE /images/${id}`,
      409,
      `conflict: unable to delete ${short} (must be forced) - image is referenced in multiple repositories`,
    );
    const child = await setting.it.ok<{ Id: string }>(`POST /commit?container=${box}&repo=child`);
    await setting.it.refused(
      `DELETE /images/${id}?force=1`,
      409,
      `conflict: unable to delete ${short} (cannot be forced) - image has dependent child images`,
    );
    const deleted = await remove('child');
    expect(deleted.slice(0, 2)).to.deep.equal([
      { Untagged: 'child:latest' },
      { Deleted: child.Id },
    ]);
    await setting.it.ok(`DELETE /containers/${box}`);
    await remove('other');
    expect((await remove('used:1')).at(0)).to.deep.equal({ Untagged: 'used:1' });
  });

  it('lose a name by force while they run, whatever was built on them', async () => {
    await setting.it.ok('POST /images/busybox:test/tag?repo=forced');
    const box = await setting.it.running({ Image: 'forced' });
    const { Id } = await setting.it.ok<{ Id: string }>('GET /images/forced/json');
    const short = Id.slice(7, 19);
    const user = (await setting.it.ok<{ Id: string }>(`GET /containers/${box}/json`)).Id.slice(
      0,
      12,
    );
    await remove('busybox:test?force=1');
    await setting.it.refused(
      `DELETE /images/${Id}?force=1`,
      409,
      `conflict: unable to delete ${short} (cannot be forced) - image is being used by running container ${user}`,
    );
    await setting.it.ok(`POST /commit?container=${box}&repo=onit`);
    expect(await remove('forced?force=1')).to.deep.equal([{ Untagged: 'forced:latest' }]);
    await setting.it.ok(`POST /images/${Id}/tag?repo=busybox&tag=test`);
    await remove('onit');
  });

  it('travel together in one archive, by name and by id', async () => {
    const id = await make('saved', '1', '&changes=LABEL%20keep=1');
    await make('saved', '2');
    const archive = await bytes(`/images/get?names=saved&names=busybox:test`);
    const entries = await entriesOf(archive);
    const manifest = JSON.parse(entries['manifest.json'] ?? '') as {
      readonly Config: string;
      readonly RepoTags: string[] | null;
      readonly Layers: string[];
    }[];
    expect(manifest.flatMap(({ RepoTags }) => RepoTags ?? []).sort()).to.deep.equal([
      'busybox:test',
      'saved:1',
      'saved:2',
    ]);
    for (const { Config, Layers } of manifest)
      expect([Config, ...Layers].every((name) => entries[name] !== undefined)).to.equal(true);
    expect(Object.keys(JSON.parse(entries['repositories'] ?? '{}') as object).sort()).to.deep.equal(
      ['busybox', 'saved'],
    );
    const alone = JSON.parse(
      (await entriesOf(await bytes(`/images/${id}/get`)))['manifest.json'] ?? '',
    );
    expect(alone).to.have.length(1);
    expect(alone[0].RepoTags).to.equal(null);
    await setting.it.refused('GET /images/get?names=nowhere', 404, 'No such image: nowhere');

    await remove('saved:1');
    await remove('saved:2');
    const tools = [undefined, 'gzip', 'xz', 'bzip2'];
    for (const tool of tools) {
      const body =
        tool === undefined
          ? archive
          : execFileSync(tool, ['-c'], { input: archive, maxBuffer: 1 << 26 });
      const said = await lines('POST /images/load?quiet=1', body);
      expect(said.map(({ stream }) => stream).sort(), tool).to.deep.equal([
        'Loaded image: busybox:test\n',
        'Loaded image: saved:1\n',
        'Loaded image: saved:2\n',
      ]);
    }
    expect((await setting.it.ok<Summary>('GET /images/saved:1/json')).Id).to.equal(id);
  });

  it('tell how far their layers are while they are loaded', async () => {
    await make('loud', '1');
    const archive = await bytes('/images/get?names=loud:1');
    await remove('loud:1');
    const told = await lines('POST /images/load?quiet=0', archive);
    const bar = told.findLast(({ status }) => status === 'Loading layer');
    expect(bar?.progressDetail?.current).to.equal(bar?.progressDetail?.total);
    expect(bar?.id).to.match(/^[0-9a-f]{12}$/);
    expect(told.at(-1)).to.deep.equal({ stream: 'Loaded image: loud:1\n' });
    for (const body of [Buffer.from('no archive at all'), await tarOf([{ name: 'x' }])]) {
      const [refusal] = await lines('POST /images/load', body);
      expect(refusal?.error).to.be.a('string');
    }
  });

  it('take a name from another, and say so', async () => {
    const before = await make('moving', '1');
    const archive = await bytes('/images/get?names=moving:1');
    const after = await make('moving', '1', '&message=other');
    expect(after).not.to.equal(before);
    const said = await lines('POST /images/load', archive);
    expect(said[0]?.stream).to.equal(
      `The image moving:1 already exists, renaming the old one with ID ${after} to empty string\n`,
    );
  });

  it('are pruned: the nameless ones, or all that nobody uses', async () => {
    const nameless = await make('old', '1');
    await make('old', '1', '&message=new&changes=LABEL%20keep=1');
    await make('spare', '1', '&changes=LABEL%20stage=x');
    const prune = (filters: object) =>
      setting.it.ok<{ ImagesDeleted: Deleted[] | null; SpaceReclaimed: number }>(
        `POST /images/prune?filters=${encodeURIComponent(JSON.stringify(filters))}`,
      );
    const none = await prune({ label: ['nowhere'] });
    expect(none).to.deep.equal({ ImagesDeleted: null, SpaceReclaimed: 0 });
    expect((await prune({})).ImagesDeleted).to.deep.include({ Deleted: nameless });
    expect(await list({ reference: ['old', 'spare'] })).to.deep.equal(['old:1', 'spare:1']);
    const young = await prune({ dangling: ['false'], label: ['stage=x'], until: ['1h'] });
    expect(young.ImagesDeleted).to.equal(null);
    const some = await prune({ dangling: ['false'], label: ['stage=x'] });
    expect(some.ImagesDeleted).to.deep.include({ Untagged: 'spare:1' });
    expect(some.SpaceReclaimed).to.be.greaterThan(0);
    await prune({ dangling: ['false'], 'label!': ['keep'] });
    expect(await list({ reference: ['old', 'busybox'] })).to.include('old:1');
  });

  it('tell of themselves by events', async () => {
    const id = await make('told', '1', '&changes=LABEL%20l=v');
    const archive = await bytes('/images/get?names=told:1');
    await remove('told:1');
    await setting.it.send('POST /images/load', { body: archive });
    const events = await setting.it.events({ type: ['image'], image: [id] });
    expect(events.map(({ Action, Actor }) => [Action, Actor.Attributes])).to.deep.equal([
      ['tag', { name: 'told:1', l: 'v' }],
      ['import', { name: id, l: 'v' }],
      ['save', { name: id, l: 'v' }],
      ['untag', { name: id, l: 'v' }],
      ['delete', { name: id }],
      ['load', { name: id, l: 'v' }],
    ]);
  });
});
