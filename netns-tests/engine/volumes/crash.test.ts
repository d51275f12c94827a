import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { useStage } from './stage.js';

const files = 400;

describe('volumes after a kill of the daemon', function () {
  this.timeout(240_000);
  const stage = useStage();
  before(async () => {
    await stage.it.image('many', {
      fill: (root) => {
        mkdirSync(join(root, 'data/sub'), { recursive: true });
        for (let i = 0; i < files; i++) writeFileSync(join(root, `data/sub/${i}`), `${i}`);
        for (let i = 0; i < files; i++) symlinkSync(`sub/${i}`, join(root, `data/${i}`));
      },
    });
  });

  const state = (kind: string) => join(stage.it.daemon.folder, kind);
  const folders = () => readdirSync(state('data/volumes')).sort();
  const records = () =>
    readdirSync(state('data/state/volumes'))
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))
      .sort();
  const leavings = () =>
    ['run/state/volume-fates', 'run/state/volume-uses', 'run/volume-parts']
      .map(state)
      .filter(existsSync)
      .flatMap((folder) => readdirSync(folder));

  /** Kills the daemon somewhere in the middle of some work, and starts it again. */
  const killAfter = async (ms: number, work: () => Promise<unknown>) => {
    const done = work().catch(() => undefined);
    await delay(ms);
    await stage.it.daemon.stop('SIGKILL');
    await done;
    await stage.it.daemon.start();
  };

  const check = () => {
    expect(folders(), 'folders and records').to.deep.equal(records());
    expect(leavings()).to.deep.equal([]);
  };

  it('are there, or not, with all that belongs to them', async () => {
    const { api } = stage.it.daemon;
    for (let round = 0; round < 8; round++) {
      await killAfter(round * 2, async () => {
        for (let i = 0; ; i++) {
          const body = { Name: `v${i}`, DriverOpts: { type: 'tmpfs', device: 'tmpfs' } };
          await api.must('POST', '/volumes/create', body);
          if (i % 2 === 1) await api.must('DELETE', `/volumes/v${i}`);
        }
      });
      check();
      for (const name of await stage.it.volumes()) {
        const { Options } = (await stage.it.volume(name)) as unknown as { Options: object };
        expect(Options, name).to.deep.equal({ type: 'tmpfs', device: 'tmpfs' });
      }
      await stage.it.clear();
    }
  });

  it('are empty or full, never half filled', async () => {
    const { api } = stage.it.daemon;
    let full = 0;
    for (let round = 0; round < 8; round++) {
      await stage.it.must('volume create vol');
      await killAfter(5 + round * 12, () =>
        api.must('POST', '/containers/create', {
          Image: 'many',
          Cmd: ['true'],
          HostConfig: { Binds: ['vol:/data'] },
        }),
      );
      check();
      const found = readdirSync(stage.it.data('vol'));
      expect(found.length, `round ${round}`).to.be.oneOf([0, files + 1]);
      if (found.length > 0) {
        full += 1;
        expect(readdirSync(join(stage.it.data('vol'), 'sub'))).to.have.length(files);
        expect(readFileSync(join(stage.it.data('vol'), '7'), 'utf8')).to.equal('7');
      }
      expect(readdirSync(join(stage.it.data('vol'), '..'))).to.deep.equal(['_data']);
      await stage.it.must('create -v vol:/data many true');
      expect(readdirSync(stage.it.data('vol'))).to.have.length(files + 1);
      await stage.it.clear();
    }
    expect(full).to.be.below(8);
  });

  it('that nobody named are there if and only if their container is', async () => {
    const { api } = stage.it.daemon;
    for (let round = 0; round < 8; round++) {
      await killAfter(round * 8, async () => {
        for (;;) {
          const { Id } = await api.must<{ Id: string }>('POST', '/containers/create', {
            Image: 'box',
            Cmd: ['true'],
            Volumes: { '/one': {}, '/two': {} },
          });
          await api.must('DELETE', `/containers/${Id}?v=1`);
        }
      });
      check();
      const containers = (await stage.it.must('ps -aq')).split('\n').filter(Boolean);
      expect(await stage.it.volumes()).to.have.length(2 * containers.length);
      await stage.it.clear();
    }
  });
});
