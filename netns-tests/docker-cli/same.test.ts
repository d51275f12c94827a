import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { type Result, run } from '../world/command.js';
import { eachDocker, image } from './each.js';
import { Terminal } from './terminal.js';

/** Lines that are typed into docker and into tsnet, on the same daemon. `|` is a space inside of a word. */
const lines: readonly string[] = [
  'system df',
  'system df -v',
  'system df -v --format json',
  'system df -v --format raw',
  'system df -v --format {{range|.Containers}}{{.Names}}|{{end}}',
  'system df --format raw',
  'ps -a',
  'ps -a --format raw --no-trunc',
  'ps -aq --format {{.Names}}',
  'ps -a --format {{.Names.Foo}}',
  'ps --format table|{{.Foo}}',
  'images --format raw --digests',
  'images -q --format raw',
  'images --digests --format table|{{.ID}}',
  'network ls --format raw',
  'volume ls --format raw',
  'volume ls -q --format {{.Driver}}',
  'history --format {{.Nope}} IMAGE',
  'inspect --type nonsense web',
  'inspect --type node web',
  'port web 81',
  'port web x',
  'attach done',
  'save IMAGE -o /nowhere/file',
  'save IMAGE -o /tmp',
  'export web -o /dev/null',
  'import FOLDER/empty Bad',
  'run --rm --platform a/b/c/d IMAGE true',
  'run --rm --health-cmd x --health-interval -1s IMAGE true',
  'run --rm --cgroupns nope IMAGE true',
  'run --rm --env-file FOLDER/blanks IMAGE true',
  'run --rm --memory-swappiness 200 IMAGE true',
  '--log-level nope ps',
  '-H unix:///a -H unix:///b ps',
  '-H ftp://x ps',
  'volume nope',
  '--config FOLDER/formats ps -a',
  '--config FOLDER/formats ps -aq',
  '--config FOLDER/formats images',
  '--config FOLDER/formats network ls',
  '--config FOLDER/formats volume ls',
  '--config FOLDER/formats volume ls -q',
  '--config FOLDER/wrong ps -a',
  '--config FOLDER/empty ps -a',
];

const config = {
  psFormat: '{{.Names}}!',
  imagesFormat: 'raw',
  networksFormat: '{{.Name}}?',
  volumesFormat: 'table {{.Name}}',
};

eachDocker(
  'and tsnet say the same',
  (docker) => {
    let folder: string;
    before(async () => {
      folder = mkdtempSync(join(docker().world.folder, 'same-'));
      const configs = {
        formats: JSON.stringify(config),
        wrong: '{"psFormat":"{{.Nope}}"}',
        empty: '',
      };
      for (const [name, text] of Object.entries(configs)) {
        mkdirSync(join(folder, name));
        writeFileSync(join(folder, name, 'config.json'), text);
      }
      writeFileSync(join(folder, 'blanks'), 'A B=1\n');
      await docker().ok(
        `run -d --name web -p 127.0.0.1:8080:80 -l a=b -v data:/data ${image} sleep 1000`,
      );
      await docker().ok(
        `run --name done -l $1 ${image} echo $2`,
        'k=日本',
        '日本語日本語日本語日本語',
      );
    });

    const words = (line: string) =>
      line
        .split(' ')
        .map((word) => word.replaceAll('|', ' ').replace('IMAGE', image).replace('FOLDER', folder));
    /** One name for both, and nothing that depends on the second. */
    const normal = ({ code, stdout, stderr }: Result) => {
      const text = (said: string) =>
        said
          .replace(/\btsnet(?!\/)\b/g, 'docker')
          .replace(/(Less than a second|About a minute|\d+ (second|minute)s?)( ago)?/g, 'AGO')
          .replace(/(?<=\S) +/g, ' ');
      return { code, stdout: text(stdout), stderr: text(stderr) };
    };

    for (const line of lines) {
      it(line, async () => {
        const typed = (cli: 'tsnet' | '/usr/local/bin/docker') =>
          docker().daemon.run(words(line), { cli, input: '' });
        const [ours, theirs] = await Promise.all([typed('tsnet'), typed('/usr/local/bin/docker')]);
        expect(normal(ours)).to.deep.equal(normal(theirs));
      });
    }

    it('output that can’t be written is an error', async () => {
      const line = `${resolve('bin/tsnet')} ps >/dev/full`;
      const host = ['env', `DOCKER_HOST=unix://${docker().daemon.socket}`, 'sh', '-c', line];
      const { code, stderr } = await run(docker().world.host.inside(host));
      expect([code, stderr]).to.deep.equal([1, 'write /dev/stdout: no space left on device\n']);
    });

    it('save: a file for the user alone', async () => {
      const path = join(folder, 'image.tar');
      await docker().daemon.must(`save ${image} -o ${path}`);
      expect(statSync(path).mode & 0o777).to.equal(0o600);
    });

    it('proxies and filters for prunes are those of config.json', async () => {
      const own = join(folder, 'own');
      mkdirSync(own);
      const text = {
        proxies: { default: { httpProxy: 'http://p:1' } },
        pruneFilters: ['label!=keep'],
      };
      writeFileSync(join(own, 'config.json'), JSON.stringify(text));
      const must = (line: string) => docker().daemon.must(`--config ${own} ${line}`);
      expect((await must(`run --rm ${image} env`)).split('\n')).to.include.members([
        'HTTP_PROXY=http://p:1',
        'http_proxy=http://p:1',
      ]);
      await must(`network create kept --label keep`);
      await must(`network create lost`);
      expect(await must('network prune -f')).to.equal('Deleted Networks:\nlost\n');
      await must('network rm kept');
    });

    it('a config.json that can’t be read is told and passed over', async () => {
      const broken = join(folder, 'broken');
      mkdirSync(broken);
      writeFileSync(join(broken, 'config.json'), '{');
      const { code, stdout, stderr } = await docker().daemon.run(['--config', broken, 'ps', '-q']);
      expect([code, stdout.length]).to.deep.equal([0, 13]);
      expect(stderr).to.match(/^WARNING: Error parsing config file \(\S+config\.json\): /);
      const use = await docker().daemon.run(['--config', broken, 'context', 'use', 'default']);
      expect(use.code).to.equal(1);
      expect(readFileSync(join(broken, 'config.json'), 'utf8')).to.equal('{');
    });

    it('load shows its progress on a terminal, and only there', async () => {
      const path = join(folder, 'loaded.tar');
      await docker().daemon.must(`run --name made ${image} touch /made`);
      await docker().daemon.must('commit made loaded');
      await docker().daemon.must(`save loaded -o ${path}`);
      await docker().daemon.must('rmi loaded');
      using screen = new Terminal(
        docker().world.host.inside(['env', `DOCKER_HOST=unix://${docker().daemon.socket}`]),
        `${resolve('bin/tsnet')} load -i ${path}`,
      );
      expect(await screen.exitCode()).to.equal(0);
      expect(screen.screen).to.match(/[0-9a-f]{12}: Loading layer .*B\/.*B/);
      await docker().daemon.must('rmi loaded');
      expect(await docker().daemon.must(`load -i ${path}`)).to.equal('Loaded image: loaded:latest');
    });
  },
  ['/usr/local/bin/docker'],
);
