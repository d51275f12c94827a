import { expect } from 'chai';
import { eventually } from '../world/eventually.js';
import { eachDocker, image } from './each.js';

eachDocker('containers', (docker) => {
  it('create, start, stop, start, restart, kill, wait, rm', async () => {
    const name = docker().name();
    const id = await docker().ok(`create --name ${name} ${image} sleep 1000`);
    const status = () => docker().field(name, '{{.State.Status}} {{.State.ExitCode}}');
    expect(await status()).to.equal('created 0');
    expect(await docker().ok(`start ${name}`)).to.equal(name);
    expect(await docker().ok(`start ${id.slice(0, 12)}`)).to.equal(id.slice(0, 12));
    expect(await docker().ok(`stop -t 0 ${name}`)).to.equal(name);
    expect(await docker().ok(`stop ${name}`)).to.equal(name);
    expect(await status()).to.equal('exited 137');
    const pid = async () => docker().field(name, '{{.State.Pid}}');
    await docker().ok(`restart ${name}`);
    const before = await pid();
    await docker().ok(`restart -t 0 ${name}`);
    expect(await pid()).not.to.equal(before);
    expect(await status()).to.equal('running 0');
    const waiting = docker().ok(`wait ${name}`);
    expect(await docker().ok(`kill ${name}`)).to.equal(name);
    expect(await waiting).to.equal('137');
    expect(await docker().ok(`rm ${name}`)).to.equal(name);
    expect(await docker().fails(`rm ${name}`)).to.include(`No such container: ${name}`);
  });

  it('stops by the image’s signal, in time or not', async () => {
    const trap = 'trap "exit 143" TERM; trap "exit 12" USR1; echo up; while :; do sleep 0.02; done';
    const make = (flags: string) => docker().ok(`run -d ${flags} ${image} sh -c $1`, trap);
    const ids = await Promise.all([
      make('-e A=1'),
      make('--stop-signal USR1'),
      make('--stop-timeout 5'),
    ]);
    await Promise.all(ids.map((id) => docker().says(id, 'up')));
    await Promise.all(ids.map((id) => docker().ok(`stop -t 30 ${id}`)));
    const codes = await Promise.all(ids.map((id) => docker().field(id, '{{.State.ExitCode}}')));
    expect(codes).to.deep.equal(['143', '12', '143']);
    const id = await docker().ok(`run -d --stop-timeout 0 ${image} sleep 1000`);
    await docker().ok(`stop ${id}`);
    expect(await docker().field(id, '{{.State.ExitCode}}')).to.equal('137');
  });

  it('kills by any signal', async () => {
    const trap = 'trap "exit 33" HUP; echo up; while :; do sleep 0.02; done';
    const id = await docker().ok(`run -d ${image} sh -c $1`, trap);
    await docker().says(id, 'up');
    expect(await docker().fails(`kill -s NOPE ${id}`)).to.match(/invalid signal: NOPE/i);
    await docker().ok(`kill -s HUP ${id}`);
    expect(await docker().ok(`wait ${id}`)).to.equal('33');
    expect(await docker().fails(`kill ${id}`)).to.include('is not running');
  });

  it('lists with ps: -a -q -n -l --no-trunc -s --format --filter', async () => {
    const runs = await docker().background('-l kind=listed -p 127.0.0.1:8070:80');
    const over = docker().name();
    await docker().fails(`run --name ${over} -l kind=listed -l old ${image} sh -c $1`, 'exit 3');
    const ps = (flags: string) => docker().ok(`ps ${flags} --format {{.Names}}`);
    expect(await ps('-f label=kind=listed')).to.equal(runs);
    expect(await ps('-a -f label=kind=listed')).to.equal(`${over}\n${runs}`);
    expect(await ps('-a -f label=kind=listed -f label=old')).to.equal(over);
    expect(await ps(`-f exited=3`)).to.equal(over);
    expect(await ps(`-a -f status=running -f name=${runs}`)).to.equal(runs);
    expect(await ps(`-a -f status=exited -f label=kind`)).to.equal(over);
    expect(await ps(`-a -f before=${over} -f label=kind`)).to.equal(runs);
    expect(await ps(`-a -f since=${runs} -f label=kind`)).to.equal(over);
    expect(await ps(`-f publish=8070`)).to.equal(runs);
    expect(await ps(`-a -f ancestor=${image} -f label=kind`)).to.equal(`${over}\n${runs}`);
    expect(await ps('-a -f network=host')).to.equal('');
    expect(await ps('-l')).to.equal(over);
    expect(await ps('-n 2')).to.equal(`${over}\n${runs}`);
    const ids = (await docker().ok('ps -aq -f label=kind')).split('\n');
    const whole = (await docker().ok('ps -aq --no-trunc -f label=kind')).split('\n');
    expect(whole.map((id) => id.slice(0, 12))).to.deep.equal(ids);
    const format =
      '{{.ID}}|{{.Image}}|{{.Command}}|{{.Ports}}|{{.Labels}}|{{.Networks}}|{{.State}}';
    const line = await docker().ok(`ps -f name=${runs} --format $1`, format);
    expect(line).to.equal(
      `${ids[1]}|${image}|"sleep 1000"|127.0.0.1:8070->80/tcp|kind=listed|bridge|running`,
    );
    expect(await docker().ok(`ps -f name=${runs} --format {{.Status}}`)).to.match(/^Up /);
    expect(await docker().ok(`ps -f exited=3 --format {{.Status}}`)).to.match(
      /^Exited \(3\) .* ago$/,
    );
    expect(await docker().ok(`ps -s -f name=${runs} --format {{.Size}}`)).to.match(
      /^\d.*B \(virtual .*MB\)$/,
    );
    expect(await docker().ok(`ps -f name=${runs}`)).to.match(
      /^CONTAINER ID +IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES\n/,
    );
    expect(await docker().fails('ps -f nope=1')).to.match(/invalid filter 'nope'/i);
    expect(await docker().fails('ps -f status=nope')).to.match(/invalid filter 'status=nope'/i);
    await docker().ok(`rm -f ${runs} ${over}`);
  });

  it('inspects by name, id and prefix, with --format, --size, --type', async () => {
    const name = await docker().background('-p 127.0.0.1:8071:80 --hostname web');
    const id = await docker().field(name, '{{.Id}}');
    for (const ref of [name, id, id.slice(0, 10)]) {
      expect(await docker().field(ref, '{{.Name}}')).to.equal(`/${name}`);
    }
    const [whole] = JSON.parse(await docker().ok(`inspect ${name}`)) as [
      { Config: { Hostname: string } },
    ];
    expect(whole.Config.Hostname).to.equal('web');
    const port = '{{(index (index .NetworkSettings.Ports "80/tcp") 0).HostPort}}';
    expect(await docker().field(name, port)).to.equal('8071');
    expect(await docker().ok(`port ${name} 80`)).to.equal('127.0.0.1:8071');
    expect(await docker().ok(`inspect --type container --size -f {{.SizeRw}} ${name}`)).to.match(
      /^\d+$/,
    );
    expect(await docker().fails('inspect nope')).to.include('No such object: nope');
    expect(await docker().fails(`inspect --type image ${name}`)).to.match(/No such image: /i);
    const both = await docker().run(['inspect', '-f', '{{.Id}}', name, 'nope']);
    expect([both.code, both.stdout]).to.deep.equal([1, `${id}\n`]);
  });

  it('shows the processes with top', async () => {
    const name = await docker().background('', 'sh -c $1', 'sleep 500 & sleep 600');
    await eventually(async () => {
      const lines = (await docker().ok(`top ${name}`)).split('\n');
      expect(lines[0]).to.match(/^UID +PID +PPID/);
      expect(lines.slice(1).join()).to.include('sleep 500').and.include('sleep 600');
    });
    const chosen = await docker().ok(`top ${name} -o pid,args`);
    expect(chosen)
      .to.match(/^PID +COMMAND\n/)
      .and.match(/\d+ +sleep 600/);
    await docker().ok(`kill ${name}`);
    expect(await docker().fails(`top ${name}`)).to.include('is not running');
  });

  it('renames, pauses and unpauses', async () => {
    const name = await docker().background();
    const other = docker().name();
    await docker().ok(`rename ${name} ${other}`);
    expect(await docker().fails(`rename ${name} xx`)).to.include(`No such container: ${name}`);
    await docker().ok(`pause ${other}`);
    expect(await docker().ok(`ps -f name=${other} --format {{.Status}}`)).to.match(
      /^Up .*\(Paused\)$/,
    );
    expect(await docker().fails(`exec ${other} true`)).to.include('is paused, unpause');
    expect(await docker().fails(`pause ${other}`)).to.include('is already paused');
    await docker().ok(`unpause ${other}`);
    expect(await docker().ok(`exec ${other} echo on`)).to.equal('on');
    expect(await docker().fails(`unpause ${other}`)).to.include('is not paused');
    await docker().ok(`pause ${other}`);
    await docker().ok(`stop -t 0 ${other}`);
  });

  it('removes running ones by force only', async () => {
    const name = await docker().background();
    expect(await docker().fails(`rm ${name}`)).to.match(/container is running|running container/);
    expect(await docker().ok(`rm -f ${name}`)).to.equal(name);
    expect(await docker().ok(`ps -aq -f name=^${name}$`)).to.equal('');
    const many = await Promise.all([docker().background(), docker().background()]);
    const { code, stdout } = await docker().run(['rm', '-f', ...many, 'nope']);
    expect(stdout).to.equal(`${many.join('\n')}\n`);
    expect(code).to.be.oneOf([0, 1]);
  });

  it('shows changed files with diff, and exports them all', async () => {
    const name = docker().name();
    await docker().ok(
      `run --name ${name} ${image} sh -c $1`,
      'mkdir /made; echo x >/made/file; rm /etc/group',
    );
    const lines = (await docker().ok(`diff ${name}`)).split('\n');
    expect(lines).to.include.members(['A /made', 'A /made/file', 'C /etc', 'D /etc/group']);
    const tar = `${docker().world.folder}/${name}.tar`;
    await docker().ok(`export -o ${tar} ${name}`);
    const list = await docker().world.host.must(`tar -tf ${tar}`);
    expect(list).to.match(/^made\/file$/m);
  });

  it('prunes what is over, with filters', async () => {
    const stays = await docker().background();
    const [one, two] = [docker().name(), docker().name()];
    await docker().ok(`run --name ${one} -l prune=1 ${image} true`);
    await docker().ok(`create --name ${two} -l prune=2 ${image} true`);
    const said = await docker().ok('container prune -f --filter label=prune=1');
    expect(said).to.match(/^Deleted Containers:\n[0-9a-f]{64}\n\nTotal reclaimed space: /);
    expect(await docker().ok('ps -a -f label=prune --format {{.Names}}')).to.equal(two);
    await docker().ok('container prune -f');
    expect(await docker().ok('ps -a -f label=prune --format {{.Names}}')).to.equal('');
    expect(await docker().ok(`ps -f name=^${stays}$ --format {{.Names}}`)).to.equal(stays);
    expect(await docker().fails('container prune -f --filter nope=1')).to.match(
      /invalid filter 'nope'/i,
    );
  });
});
