import { expect } from 'chai';
import { eachDocker, image } from './each.js';

eachDocker('system', (docker) => {
  it('version and info, whole and by --format', async () => {
    const version = await docker().ok('version');
    expect(version)
      .to.include('Server: tsnet')
      .and.match(/API version: +1\.48 \(minimum version 1\.24\)/);
    expect(await docker().ok('version --format {{.Server.APIVersion}}')).to.equal('1.48');
    expect(await docker().ok('info')).to.match(/Storage Driver: overlay2/);
    expect(await docker().ok('info --format {{.OSType}}/{{.NCPU}}')).to.match(/^linux\/\d+$/);
    const { Containers } = JSON.parse(await docker().ok('info --format $1', '{{json .}}')) as {
      Containers: number;
    };
    expect(Containers).to.equal(0);
    expect(await docker().ok('system df --format {{.Type}}:{{.TotalCount}}')).to.include(
      'Images:1',
    );
    const volume = docker().name('counted');
    await docker().ok(`run --rm -v ${volume}:/data ${image} sh -c $1`, 'printf 12345 >/data/file');
    const format = '{{.Type}}:{{.TotalCount}}:{{.Active}}:{{.Reclaimable}}';
    expect(await docker().ok(`system df --format ${format}`)).to.match(
      /^Local Volumes:1:0:\S*B \(100%\)$/m,
    );
    await docker().ok(`volume rm ${volume}`);
  });

  /** A moment after what has happened so far; the CLI makes whole seconds of durations such as `0s`. */
  const soon = () => (Date.now() / 1000 + 0.01).toFixed(3);

  it('events: filters, --since, --until, --format', async () => {
    const name = docker().name();
    await docker().ok(`run --name ${name} -l told=yes ${image} true`);
    await docker().ok(`rm ${name}`);
    const events = (flags: string) =>
      docker().ok(`events --since 5m --until ${soon()} ${flags} --format {{.Type}}:{{.Action}}`);
    const life = (await events(`-f container=${name}`)).split('\n');
    expect(life.filter((one) => !/attach|resize/.test(one))).to.deep.equal([
      ...['container:create', 'container:start', 'container:die', 'container:destroy'],
    ]);
    expect(await events(`-f container=${name} -f event=die -f event=start`)).to.equal(
      'container:start\ncontainer:die',
    );
    expect(await events('-f label=told=yes -f event=create')).to.equal('container:create');
    expect((await events('-f type=network')).split('\n')).to.include.members([
      ...['network:connect', 'network:disconnect'],
    ]);
    expect(await docker().ok('events --since 1s --until 0s -f event=nope')).to.equal('');
    const line = await docker().ok(
      `events --since 5m --until ${soon()} -f event=die -f container=${name}`,
    );
    expect(line).to.match(
      /^\S+ container die [0-9a-f]{64} \(execDuration=\d+, exitCode=0, .*image=tsnet\/busybox, name=/,
    );
  });

  it('events as they come, until a moment', async () => {
    // On a machine that is too busy to make a container meanwhile, the moment has to be a later one.
    for (const seconds of [1.5, 6, 25]) {
      const until = Date.now() / 1000 + seconds;
      const words = ['events', '--until', until.toFixed(3), '--format', '{{.Action}}'];
      const live = docker().run(words);
      const id = await docker().ok(`create ${image} true`);
      await docker().ok(`rm ${id}`);
      if (Date.now() / 1000 >= until) continue;
      expect((await live).stdout.trim().split('\n').slice(-2)).to.deep.equal(['create', 'destroy']);
      return;
    }
    expect.fail('no container in time');
  });

  it('prunes the system', async () => {
    await docker().ok(`create ${image} true`);
    await docker().ok('network create gone');
    const said = await docker().ok('system prune -f');
    expect(said).to.include('Deleted Containers:').and.include('Deleted Networks:\ngone');
  });

  it('says so when there is no daemon', async () => {
    const argv = ['env', 'DOCKER_HOST=unix:///nowhere/sock', docker().program, 'ps'];
    const { code, stderr } = await docker().world.host.run(argv);
    expect(code).to.equal(1);
    expect(stderr).to.match(
      /Cannot connect to the Docker daemon at unix:\/\/\/nowhere\/sock\. Is the docker daemon running\?/,
    );
  });
});

eachDocker('refusals', (docker) => {
  /** Ids of all that there is. */
  const everything = async () => [
    await docker().ok('ps -aq'),
    await docker().ok('network ls -q'),
    await docker().ok('images -aq'),
  ];
  const lan = 'com.docker.network';

  it('refuses networks that can’t be, with Docker’s words and nothing left', async () => {
    await docker().ok('network create --subnet 10.70.0.0/24 taken');
    const before = await everything();
    const cases: [string, RegExp][] = [
      [
        'network create --subnet 10.71.0.1/24 xx',
        /invalid subnet 10\.71\.0\.1\/24: it should be 10\.71\.0\.0\/24/,
      ],
      ['network create --subnet 10.71/24 xx', /10\.71\/24/],
      [
        'network create --subnet 10.70.0.0/16 xx',
        /Pool overlaps with other one on this address space/,
      ],
      ['network create taken', /network with name taken already exists/],
      ['network create bridge', /operation is not permitted on predefined bridge network/],
      ['network create -d nope xx', /plugin "nope" not found/],
      [
        'network create --subnet 10.71.0.0/24 --gateway 10.72.0.1 xx',
        /no matching subnet for gateway/,
      ],
      [
        `network create -o ${lan}.bridge.enable_icc=maybe xx`,
        /failed to parse .*enable_icc value: maybe/,
      ],
      ['network rm nope', /network nope not found|No such network: nope/i],
      ['network rm bridge', /bridge is a pre-defined network and cannot be removed/],
      ['network inspect nope', /network nope not found|No such network: nope/i],
      ['network connect taken nope', /No such container: nope/],
      ['network ls -f nope=1', /invalid filter 'nope'/i],
    ];
    for (const [line, words] of cases) expect(await docker().fails(line), line).to.match(words);
    expect(await everything()).to.deep.equal(before);
    await docker().ok('network create --subnet 10.71.0.0/24 xx');
    await docker().ok('network rm xx taken');
  });

  it('refuses containers that can’t be, with Docker’s words and nothing left', async () => {
    await docker().ok('network create --subnet 10.70.0.0/24 lan');
    await docker().background('--network lan --ip 10.70.0.9 -p 8080:80');
    const before = await everything();
    const cases: [string, RegExp][] = [
      ['--network lan --ip 10.70.0.9', /Address already in use/],
      ['--network lan --ip 10.99.0.9', /no configured subnet.* 10\.99\.0\.9/],
      [
        '--network bridge --ip 172.17.0.9',
        /user-specified IP address is supported on user-defined networks only/,
      ],
      ['--network lan --ip nope', /invalid.*nope/i],
      ['-p 8080:80', /Bind for 0\.0\.0\.0:8080 failed: port is already allocated/],
      ['-p 99999:80', /99999/],
      ['--network nope', /network nope not found/],
      ['--network container:nope', /No such container: nope/],
      ['--name -x', /Invalid container name \(-x\)/],
      ['-w relative', /the working directory 'relative' is invalid/],
      ['-v /tmp:relative', /mount path must be absolute/],
      ['-u nobody-here', /unable to find user nobody-here/],
      ['--memory 1k', /Minimum memory limit allowed is 6MB/],
      ['--entrypoint nope', /exec: "nope": executable file not found in \$PATH/],
    ];
    for (const [flags, words] of cases) {
      expect(await docker().fails(`run --rm ${flags} ${image} true`), flags).to.match(words);
    }
    expect(await docker().fails('run --rm no/image true')).to.match(
      /Unable to find image 'no\/image:latest' locally/,
    );
    expect(await everything()).to.deep.equal(before);
    await docker().ok(`run --rm --network lan --ip 10.70.0.10 -p 8081:80 ${image} true`);
  });

  it('keeps a container whose start failed, with its reason, and starts it once that is gone', async () => {
    const holder = await docker().background('-p 8085:80');
    const name = docker().name();
    await docker().fails(`run -d --name ${name} -p 8085:80 ${image} sleep 1000`);
    expect(await docker().field(name, '{{.State.Status}}')).to.equal('created');
    expect(await docker().field(name, '{{.State.Error}}')).to.include('port is already allocated');
    await docker().ok(`rm -f ${holder}`);
    await docker().ok(`start ${name}`);
    expect(await docker().field(name, '{{.State.Status}}{{.State.Error}}')).to.equal('running');
    await docker().ok(`stop -t 0 ${name}`);
  });
});
