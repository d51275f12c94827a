import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const docker = '/usr/local/bin/docker';
const ours = [process.execPath, '--', join(dirname(fileURLToPath(import.meta.url)), 'main.js')];

/** Command lines that are typed one after another, to docker 28.2 and to tsnet. Words are cut at spaces; `|` is a space. */
const story: readonly string[] = [
  'context show',
  'context ls',
  'context create xx --docker host=bad',
  'context create xx --docker hos=bad',
  'context create x',
  'context create default',
  'context create xx --docker host=tcp://h:2376,ca=ca,cert=cert,key=key,skip-tls-verify=true',
  'context create xx --docker host=tcp://h',
  'context create bad --docker host=tcp://h,ca=bad',
  'context create nofile --docker host=tcp://h,ca=nofile',
  'context create yy --description d --from xx',
  'context create zz --docker from=xx',
  'context create ss --docker host=ssh://me@box:22 --description a|machine|far|away',
  'context create copy',
  'context create no --from nope',
  'context ls',
  'context ls --format {{json|.}}',
  'context ls --format {{.Name}}:{{.Current}}:{{.DockerEndpoint}}',
  'context ls -q',
  'context ls extra',
  'context inspect xx ss',
  'context inspect nope',
  'context inspect',
  'context inspect -f {{.Name}}={{.Endpoints.docker.Host}} yy',
  'context update yy --description other',
  'context update zz --docker host=tcp://elsewhere:1',
  'context update nope',
  'context update default --description x',
  'context use nope',
  'context use yy',
  'context show',
  'context ls',
  'context inspect',
  'context rm yy',
  'context rm zz nope default copy',
  'context export yy',
  'context export yy',
  'context export nope',
  'context import in yy.dockercontext',
  'context import in yy.dockercontext',
  'context import default yy.dockercontext',
  'context import other nofile',
  'context inspect in',
  'context rm -f yy',
  'context show',
  'context ls',
  '-c nope context ls',
  '-c nope ps',
  '-c ss context show',
  '-c ss -H tcp://x context ls',
  '-H unix:///a -H unix:///b context ls',
  '--config elsewhere context ls',
  '--tlsverify -H tcp://127.0.0.1:1 ps',
  '--tls --tlscacert nofile -H tcp://127.0.0.1:1 ps',
  '-H ssh:// ps',
  '-H ssh://a:b@c ps',
  'context',
];

describe('contexts, beside docker', () => {
  const folders: string[] = [];
  const newFolder = () => {
    const folder = mkdtempSync(join(tmpdir(), 'tsnet-ctx-'));
    folders.push(folder);
    cpSync(certificates, folder, { recursive: true });
    return folder;
  };
  const certificates = mkdtempSync(join(tmpdir(), 'tsnet-pem-'));
  folders.push(certificates);
  before(function () {
    if (!existsSync(docker)) this.skip();
    const [key, cert] = [join(certificates, 'key'), join(certificates, 'cert')];
    const self = ['-x509', '-newkey', 'ed25519', '-nodes', '-subj', '/CN=x', '-keyout', key];
    execFileSync('openssl', ['req', ...self, '-out', cert], { stdio: 'ignore' });
    cpSync(cert, join(certificates, 'ca'));
    writeFileSync(join(certificates, 'bad'), 'no certificate\n');
  });
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  function type(
    program: readonly string[],
    line: string,
    folder: string,
    variables: Record<string, string> = {},
  ): Promise<{ code: number; stdout: string; stderr: string }> {
    const [file = '', ...first] = program;
    const words = line.split(' ').map((word) => word.replaceAll('|', ' '));
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, ...variables };
    return new Promise((resolve) => {
      const child = execFile(
        file,
        [...first, ...words],
        { env, cwd: folder },
        (error, stdout, stderr) => {
          const code = typeof error?.code === 'number' ? error.code : 0;
          const shown = (text: string) =>
            text
              .replaceAll(folder, 'HOME')
              .replaceAll('/var/run/tsnet.sock', '/var/run/docker.sock');
          resolve({ code, stdout: plain(shown(stdout)), stderr: plain(shown(stderr)) });
        },
      );
      child.stdin?.end();
    });
  }

  /** Our name for theirs; and columns as wide as they need be, since our socket's name is shorter. */
  const plain = (text: string) =>
    text
      .replaceAll('tsnet', 'docker')
      .replace(/ {2,}/g, '  ')
      .replace(/ +$/gm, '')
      .replace(/\0+$/, '');

  it('each command says and does the same, one after another', async () => {
    const theirs = newFolder();
    const mine = newFolder();
    for (const line of story) {
      expect({ line, ...(await type(ours, line, mine)) }).to.deep.equal({
        line,
        ...(await type([docker], line, theirs)),
      });
    }
    const config = (folder: string) => readFileSync(join(folder, '.docker/config.json'), 'utf8');
    expect(config(mine)).to.equal(config(theirs));
  });

  it('both read what the other has written', async () => {
    const folder = newFolder();
    await type(ours, 'context create mine --docker host=tcp://h:1,ca=ca', folder);
    await type([docker], 'context create theirs --docker host=ssh://h', folder);
    await type(ours, 'context use theirs', folder);
    for (const line of ['context ls', 'context inspect mine theirs', 'context export mine -']) {
      expect(await type(ours, line, folder)).to.deep.equal(await type([docker], line, folder));
    }
    expect((await type([docker], 'context show', folder)).stdout).to.equal('theirs\n');
  });

  const variables: [string, Record<string, string>][] = [
    ['context ls', { DOCKER_HOST: 'tcp://x:1' }],
    ['context use a1', { DOCKER_HOST: 'tcp://x:1' }],
    ['context show', { DOCKER_HOST: 'tcp://x:1' }],
    ['context ls', { DOCKER_CONTEXT: 'a1' }],
    ['context ls', { DOCKER_CONTEXT: 'nope' }],
    ['ps', { DOCKER_CONTEXT: 'nope' }],
    ['-c a1 context show', { DOCKER_CONTEXT: 'nope' }],
    ['context show', { DOCKER_CONTEXT: 'a1', DOCKER_HOST: 'tcp://x:1' }],
    ['ps', { DOCKER_HOST: 'tcp://127.0.0.1:1', DOCKER_TLS_VERIFY: '1' }],
    [
      'ps',
      { DOCKER_HOST: 'tcp://127.0.0.1:1', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/nofile' },
    ],
    ['context ls', { DOCKER_CONFIG: '/nofile' }],
  ];
  for (const [line, env] of variables) {
    it(`${JSON.stringify(env)}: ${line}`, async () => {
      const folder = newFolder();
      await type([docker], 'context create a1 --docker host=tcp://h:1', folder);
      const theirs = await type([docker], line, folder, env);
      expect(await type(ours, line, folder, env)).to.deep.equal(theirs);
    });
  }
});
