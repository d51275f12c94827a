import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { run } from '../world/command.js';
import { TestDaemon } from '../world/daemon.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';
import { cliCommand, clientOn } from './attempt.js';
import { Certificates } from './certificates.js';

const docker = ['/usr/local/bin/docker'];
const tsnet = cliCommand();

describe('tsnetd with TLS', () => {
  let world: World;
  let folder: string;
  before(async function () {
    needsRoot.call(this);
    world = await World.create();
    folder = world.folder;
    certificates = new Certificates(folder);
    certificates.sign('server', { address: '127.0.0.1' });
    certificates.sign('client', { user: 'ann' });
    daemon = await TestDaemon.start(world.host, [
      ...['-H', host, '--tlsverify', '--tlscacert', certificates.path('ca.pem')],
      ...['--tlscert', certificates.path('server.pem')],
      ...['--tlskey', certificates.path('server-key.pem')],
    ]);
  });
  after(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  const client = clientOn(() => world);
  let certificates: Certificates;
  let daemon: TestDaemon;
  const host = 'tcp://127.0.0.1:2376';
  const flags = () => [
    ...['--tlsverify', '--tlscacert', certificates.path('ca.pem')],
    ...[
      '--tlscert',
      certificates.path('client.pem'),
      '--tlskey',
      certificates.path('client-key.pem'),
    ],
  ];

  for (const program of [tsnet, docker]) {
    const name = program === tsnet ? 'tsnet' : 'docker';
    it(`serves ${name} that shows a certificate`, async () => {
      const { code, stdout, stderr } = await client(
        {},
        ...program,
        '-H',
        host,
        ...flags(),
        'version',
      );
      expect([code, stderr]).to.deep.equal([0, '']);
      expect(stdout).to.contain('Server: tsnet');
    });

    it(`runs a container with standard input for ${name}`, async () => {
      await daemon.pull();
      const { code, stdout, stderr } = await run(
        world.host.inside([
          'env',
          `HOME=${folder}`,
          ...program,
          '-H',
          host,
          ...flags(),
          'run',
          '--rm',
          '-i',
          'tsnet/busybox',
          'sh',
          '-c',
          'cat; echo end',
        ]),
        { input: 'through TLS\n' },
      );
      expect([code, stdout, stderr]).to.deep.equal([0, 'through TLS\nend\n', '']);
    });

    it(`takes the variables and the folder of ${name}`, async () => {
      const pems = join(folder, 'pems');
      mkdirSync(pems, { recursive: true });
      for (const [from, to] of [
        ['ca', 'ca'],
        ['client', 'cert'],
        ['client-key', 'key'],
      ] as const) {
        await run(['cp', certificates.path(`${from}.pem`), join(pems, `${to}.pem`)]);
      }
      const env = { DOCKER_HOST: host, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: pems };
      expect((await client(env, ...program, 'ps', '-q')).code).to.equal(0);
    });

    it(`refuses ${name} without a certificate`, async () => {
      const some = ['--tlsverify', '--tlscacert', certificates.path('ca.pem')];
      const { code } = await client(
        { HOME: join(folder, 'nobody') },
        ...program,
        '-H',
        host,
        ...some,
        'ps',
      );
      expect(code).to.equal(1);
      expect((await client({}, ...program, '-H', host, 'ps')).code).to.equal(1);
    });
  }

  it('is reached by a context with certificates, made by either program', async () => {
    const endpoint = `host=${host},ca=${certificates.path('ca.pem')},cert=${certificates.path('client.pem')},key=${certificates.path('client-key.pem')}`;
    for (const [maker, user] of [
      [tsnet, docker],
      [docker, tsnet],
    ] as const) {
      const name = `by-${maker === tsnet ? 'tsnet' : 'docker'}`;
      expect(
        (await client({}, ...maker, 'context', 'create', name, '--docker', endpoint)).code,
      ).to.equal(0);
      const { stdout } = await client(
        {},
        ...user,
        '-c',
        name,
        'info',
        '--format',
        '{{.Name}} {{.Driver}}',
      );
      expect(stdout).to.match(/\S+ overlay2/);
    }
  });

  it('doubts a daemon whose certificate is another one’s', async () => {
    const elsewhere = join(folder, 'other');
    mkdirSync(elsewhere);
    const other = new Certificates(elsewhere);
    const doubt = [
      '--tlsverify',
      '--tlscacert',
      other.path('ca.pem'),
      '--tlscert',
      certificates.path('client.pem'),
      '--tlskey',
      certificates.path('client-key.pem'),
    ];
    const { code, stderr } = await client({}, ...tsnet, '-H', host, ...doubt, 'ps');
    expect(code).to.equal(1);
    expect(stderr).to.match(/error during connect: .*certificate/);
  });

  it('says nothing of an open door', () => {
    expect(daemon.log).to.not.contain('insecure');
  });
});
