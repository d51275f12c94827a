import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { extract } from 'tar-stream';
import { eventually } from '../world/eventually.js';
import { busyboxTar } from './rootfs.js';
import { image, useSetting } from './setting.js';

interface Usage {
  readonly LayersSize: number;
  readonly Images:
    | readonly {
        readonly Id: string;
        readonly RepoTags: readonly string[];
        readonly Size: number;
        readonly SharedSize: number;
        readonly Containers: number;
      }[]
    | null;
  readonly Containers:
    | readonly { readonly Id: string; readonly SizeRw?: number; readonly SizeRootFs: number }[]
    | null;
  readonly Volumes: readonly object[] | null;
}

describe('API: disk usage', () => {
  const daemon = useSetting();
  const usage = () => daemon.it.ok<Usage>('GET /system/df');
  const imageIn = ({ Images }: Usage, tag: string) =>
    Images?.find(({ RepoTags }) => RepoTags?.includes(tag));

  /** Runs a shell line in a container of its own to its end; gives the container's name. */
  async function ran(line: string): Promise<string> {
    const name = await daemon.it.running({ Cmd: ['sh', '-c', line] });
    await daemon.it.ok(`POST /containers/${name}/wait`);
    return name;
  }

  it('counts the files and links of an image', async () => {
    const sizes: number[] = [];
    const reader = extract();
    reader.end(await busyboxTar());
    for await (const entry of reader) {
      const { size = 0, linkname } = entry.header;
      sizes.push(size + (linkname ?? '').length);
      entry.resume();
    }
    expect(await daemon.it.ok<object>(`GET /images/${image}/json`)).to.include({
      Size: sizes.reduce((sum, one) => sum + one, 0),
    });
  });

  it('counts lengths of files and links, hard-linked files once, folders not', async () => {
    const name = await ran(
      'mkdir /d && cd /d && head -c 1000 /dev/zero > a && ln a b && ln -s 12345 link && head -c 7 /dev/zero > /etc/passwd && rm /bin/ls',
    );
    const base = await daemon.it.ok<{ Size: number }>(`GET /images/${image}/json`);
    const inspected = await daemon.it.ok<{ SizeRw: number; SizeRootFs: number }>(
      `GET /containers/${name}/json?size=1`,
    );
    expect(inspected.SizeRw).to.equal(1000 + 5 + 7);
    expect(inspected.SizeRootFs).to.equal(base.Size + inspected.SizeRw);
    const listed = await daemon.it.ok<{ Names: string[]; SizeRw: number; SizeRootFs: number }[]>(
      'GET /containers/json?all=1&size=1',
    );
    const line = listed.find(({ Names }) => Names.includes(`/${name}`));
    expect(line).to.include({ SizeRw: inspected.SizeRw, SizeRootFs: inspected.SizeRootFs });
    const { Containers } = await usage();
    expect(Containers?.find(({ SizeRw }) => SizeRw === inspected.SizeRw)).to.include({
      SizeRootFs: inspected.SizeRootFs,
    });
  });

  it('counts shared layers once, and says how much images share', async () => {
    const name = await ran('head -c 50000 /dev/zero > /more');
    await daemon.it.ok(`POST /commit?container=${name}&repo=more&tag=1`, { body: {} });
    const seen = await usage();
    const [base, more] = [imageIn(seen, image), imageIn(seen, 'more:1')];
    if (!base || !more) throw new Error('an image is missing');
    expect(more.Size - base.Size).to.equal(50_000);
    expect([base.SharedSize, more.SharedSize]).to.deep.equal([base.Size, base.Size]);
    expect(seen.LayersSize).to.equal(more.Size);
    expect(more.Containers).to.equal(0);
    expect(base.Containers).to.equal(seen.Containers?.length);
    await daemon.it.ok('DELETE /images/more:1');
    const after = await usage();
    expect(imageIn(after, image)).to.include({ SharedSize: 0 });
    expect(after.LayersSize).to.equal(base.Size);
  });

  it('counts what is in a volume, and leaves out those that are mounts of their own', async () => {
    const { Mountpoint } = await daemon.it.ok<{ Mountpoint: string }>('POST /volumes/create', {
      body: { Name: 'filled' },
    });
    const user = await daemon.it.running({
      Cmd: ['sh', '-c', 'echo -n 12345 > /data/file; ln /data/file /data/same; sleep 1000'],
      HostConfig: { Binds: ['filled:/data'] },
    });
    const opted = { Name: 'opted', DriverOpts: { type: 'tmpfs', device: 'tmpfs' } };
    await daemon.it.ok('POST /volumes/create', { body: opted });
    await eventually(() => expect(existsSync(join(Mountpoint, 'same'))).to.equal(true));
    const { Volumes } = await daemon.it.ok<{
      Volumes: { Name: string; UsageData: object }[];
    }>('GET /system/df');
    expect(Volumes.map(({ Name }) => Name)).to.not.include('opted');
    const filled = Volumes.find(({ Name }) => Name === 'filled');
    expect(filled?.UsageData).to.deep.equal({ Size: 5, RefCount: 1 });
    await daemon.it.ok(`DELETE /containers/${user}?force=1`);
    await Promise.all(['filled', 'opted'].map((one) => daemon.it.ok(`DELETE /volumes/${one}`)));
  });
});
