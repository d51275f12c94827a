import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { useStage } from './stage.js';

describe('parts of volumes, and links that lead out', () => {
  const stage = useStage();
  const at = (...names: string[]) => join(stage.it.data('vol'), ...names);
  beforeEach(async () => {
    await stage.it.must('volume create vol');
    mkdirSync(at('one/two'), { recursive: true });
    writeFileSync(at('one/two/file'), 'of the part');
    writeFileSync(at('one/plain'), 'a file');
  });

  const mount = (subpath: string) => `--mount src=vol,dst=/part,volume-subpath=${subpath}`;
  const leavings = () => {
    const folder = join(stage.it.daemon.folder, 'run/volume-parts');
    return existsSync(folder) ? readdirSync(folder) : [];
  };

  it('can be mounted: folders and files', async () => {
    expect(await stage.it.sh(mount('one/two'), 'cat /part/file')).to.equal('of the part');
    expect(await stage.it.sh(mount('one/plain'), 'cat /part')).to.equal('a file');
    expect(await stage.it.sh(mount('one/../one/two'), 'ls /part; echo x > /part/new')).to.equal(
      'file',
    );
    expect(readFileSync(at('one/two/new'), 'utf8')).to.equal('x\n');
    expect(leavings()).to.deep.equal([]);
  });

  it('are found by links inside the volume, and by none that leads out', async () => {
    symlinkSync('one/two', at('inside'));
    symlinkSync('/etc', at('absolute'));
    symlinkSync('../../../../../../etc', at('up'));
    expect(await stage.it.sh(mount('inside'), 'cat /part/file')).to.equal('of the part');
    for (const subpath of ['absolute', 'up', 'up/passwd']) {
      const refusal = await stage.it.fails(
        `run --rm --network none ${mount(subpath)} box ls /part`,
      );
      expect(refusal, subpath).to.match(
        /path concatenation escapes the base directory|cannot access path/,
      );
    }
    expect(await stage.it.fails(`create ${mount('../vol2')} box true`)).to.include(
      'subpath must be a relative path within the volume',
    );
    expect(await stage.it.fails(`run --rm ${mount('not/there')} box true`)).to.match(
      /cannot access path .*\/vol\/_data\/not\/there: no such file or directory/,
    );
    expect(leavings()).to.deep.equal([]);
  });

  it('stay what they were when their names are swapped all the time', async () => {
    // One container swaps a folder for a link to the host's root, others mount it meanwhile.
    const swap =
      'mkdir /v/real; while :; do mkdir /v/flip 2>/dev/null; rm -rf /v/flip; ln -s / /v/flip; rm -f /v/flip; done';
    const id = await stage.it.must(
      'run -d --network none --stop-signal KILL -v vol:/v box sh -c',
      swap,
    );
    const outcomes: string[] = [];
    for (let i = 0; i < 12; i++) {
      const { code, stdout } = await stage.it.daemon.run([
        ...['run', '--rm', '--network', 'none'],
        ...['--mount', 'src=vol,dst=/part,volume-subpath=flip,volume-nocopy'],
        ...['box', 'ls', '/part'],
      ]);
      outcomes.push(code === 0 ? stdout : 'refused');
    }
    await stage.it.must(`rm -f ${id}`);
    // Seen was the empty folder, or nothing: never the root of the host or of the container.
    expect(outcomes.filter((outcome) => outcome !== 'refused' && outcome !== '')).to.deep.equal([]);
    expect(leavings()).to.deep.equal([]);
  });

  it('are not left by a mount on a link in a volume', async () => {
    const secret = stage.it.path('secret/');
    symlinkSync(secret, at('away'));
    symlinkSync('/..', at('root'));
    // The place is looked for inside the container's root: the host's folder is not touched.
    for (const place of ['/v/away/made', '/v/root/also']) {
      await stage.it.daemon.run([
        ...['run', '--rm', '--network', 'none', '-v', 'vol:/v', '-v', `/x:${place}`],
        ...['box', 'true'],
      ]);
    }
    expect(readdirSync(secret)).to.deep.equal([]);
    expect(existsSync('/also')).to.equal(false);
    rmSync('/x', { recursive: true, force: true });
  });

  it('are not left by the links of an image', async () => {
    const target = stage.it.path('target/');
    await stage.it.image('links', {
      changes: ['VOLUME /link/data'],
      fill: (root) => {
        symlinkSync(target, join(root, 'link'));
        symlinkSync('../../../../../../../../..', join(root, 'climb'));
      },
    });
    await stage.it
      .sh(`-v vol:/climb${target}/in`, `cat ${target}/in/one/plain; mount | grep -c link`, 'links')
      .catch(() => '');
    expect(readdirSync(target)).to.deep.equal([]);
  });
});
