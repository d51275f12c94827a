import { expect } from 'chai';
import { eachDocker } from './each.js';

eachDocker('stats and top', (docker) => {
  it('stats --no-stream: a table, and fields by --format', async () => {
    const name = await docker().background('--memory 64m', 'sleep 1000');
    const [header, line] = (await docker().ok(`stats --no-stream ${name}`)).split('\n');
    expect(header?.split(/ {2,}/)).to.deep.equal([
      ...['CONTAINER ID', 'NAME', 'CPU %', 'MEM USAGE / LIMIT', 'MEM %', 'NET I/O', 'BLOCK I/O'],
      'PIDS',
    ]);
    expect(line).to.match(
      new RegExp(`^[0-9a-f]{12} +${name} +\\d+\\.\\d\\d% +[\\d.]+[KM]iB / 64MiB .*B / .*B +1$`),
    );
    const id = await docker().field(name, '{{.Id}}');
    const format = '{{.ID}} {{.Name}} {{.PIDs}}';
    const words = ['stats', '--no-stream', '--no-trunc', '--format', format, name];
    expect((await docker().run(words)).stdout).to.equal(`${id} ${name} 1\n`);
    expect(await docker().fails('stats --no-stream nope')).to.include('No such container: nope');
  });

  it('stats -a: those that don’t run, too', async () => {
    const name = docker().name();
    await docker().ok(`create --name ${name} tsnet/busybox`);
    const words = (flag: string) => ['stats', '--no-stream', ...flag.split(' ').filter(Boolean)];
    const names = async (flag: string) =>
      (await docker().run([...words(flag), '--format', '{{.Name}} {{.MemUsage}}'])).stdout;
    expect(await names('')).not.to.include(name);
    expect(await names('-a')).to.match(new RegExp(`^${name} (0B / 0B|-- / --)$`, 'm'));
  });

  it('top: ps options as they are', async () => {
    const name = await docker().background('', 'sleep 1000');
    expect(await docker().ok(`top ${name}`)).to.match(/^UID +PID +PPID .*\n.*sleep 1000$/);
    expect(await docker().ok(`top ${name} -o pid,args`)).to.match(
      /^PID +COMMAND\n\d+ +sleep 1000$/,
    );
    expect(await docker().fails(`top ${name} -o args`)).to.include("Couldn't find PID field");
  });
});
