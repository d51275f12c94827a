import { expect } from 'chai';
import { eventually } from '../world/eventually.js';
import { eachDocker } from './each.js';

eachDocker('logs, attach and exec', (docker) => {
  const script = (text: string, flags = '') => docker().background(flags, 'sh -c $1', text);

  it('logs: both streams, --tail, -t, --since, --until', async () => {
    const name = await script('for i in 1 2 3; do echo out$i; echo err$i >&2; sleep 0.3; done');
    await docker().ok(`wait ${name}`);
    const logs = async (flags = '') => docker().run(`logs ${flags} ${name}`.split(/ +/));
    expect(await logs()).to.deep.equal({
      code: 0,
      stdout: 'out1\nout2\nout3\n',
      stderr: 'err1\nerr2\nerr3\n',
    });
    expect((await logs('--tail 2')).stdout + (await logs('-n 2')).stderr).to.equal('out3\nerr3\n');
    expect((await logs('--tail 0')).stdout).to.equal('');
    expect((await logs('--tail all')).stdout).to.equal('out1\nout2\nout3\n');
    const lines = (await logs('-t')).stdout.trim().split('\n');
    const times = lines.map((line) => line.split(' ')[0] ?? '');
    for (const time of times) expect(time).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    expect((await logs(`--since ${times[1]}`)).stdout).to.equal('out2\nout3\n');
    expect((await logs(`--until ${times[1]}`)).stdout).to.equal('out1\nout2\n');
    expect((await logs('--since 1h')).stdout).to.equal('out1\nout2\nout3\n');
    expect((await logs('--until 1h')).stdout).to.equal('');
    expect(await docker().fails('logs nope')).to.include('No such container: nope');
  });

  it('logs -f follows to the end, from a moment on, and over a --tail', async () => {
    // Ends when it is told to, as nobody knows how long the clients take to come.
    const name = await script(
      'echo first; i=0; until [ -e /tmp/end ]; do echo $((i++)); sleep 0.1; done; echo last',
    );
    await docker().says(name, 'first');
    const clients = ['', '--tail 0 ', '--since 0s '].map((flags) => {
      const words = `logs -f ${flags}${name}`.split(' ');
      return docker().daemon.following(words, { cli: docker().cli });
    });
    await Promise.all(clients.map((client) => client.waitFor(/\d\n/)));
    await docker().ok(`exec ${name} touch /tmp/end`);
    const [all = '', none = '', last = ''] = await Promise.all(
      clients.map(async (client) => {
        expect(await client.ended).to.equal(0);
        return client.output.trim();
      }),
    );
    const numbers = all.split('\n').slice(1, -1);
    expect(numbers).to.deep.equal(numbers.map((_, at) => String(at)));
    expect(all).to.match(/^first\n0\n(\d+\n)*last$/);
    expect(none)
      .to.match(/\d\nlast$/)
      .and.not.match(/first/);
    expect(last).to.match(/\d\nlast$/);
    expect(await docker().ok(`logs -f ${name}`)).to.equal(all);
  });

  it('attach: output, input, exit code', async () => {
    const name = await script('read a; echo got $a; echo err >&2; exit 6', '-i');
    const attached = await docker().run(['attach', name], 'typed\n');
    expect(attached).to.deep.equal({ code: 6, stdout: 'got typed\n', stderr: 'err\n' });
    expect(await docker().fails(`attach ${name}`)).to.match(
      /cannot attach to a stopped container/i,
    );
    const again = await docker().run(['start', '-ai', name], 'once more\n');
    expect(again).to.deep.equal({ code: 6, stdout: 'got once more\n', stderr: 'err\n' });
  });

  it('attach --no-stdin and start -a only listen', async () => {
    const name = await script(
      'until [ -e /tmp/go ]; do echo waits; sleep 0.1; done; echo done; exit 2',
      '-i',
    );
    await using listener = docker().daemon.following(['attach', '--no-stdin', name], {
      cli: docker().cli,
    });
    await listener.waitFor(/waits/);
    await docker().ok(`exec ${name} touch /tmp/go`);
    expect(await listener.ended).to.equal(2);
    expect(listener.output).to.match(/^(waits\n)+done\n$/);
    const started = await docker().run(['start', '-a', name]);
    expect(started).to.deep.equal({ code: 2, stdout: 'done\n', stderr: '' });
  });

  it('several clients hear the same', async () => {
    // It writes until it is spoken to, so that all can be known to listen.
    const name = await script(
      '(while :; do echo waits; sleep 0.1; done) & read a; kill $!; echo heard $a',
      '-i',
    );
    const listeners = [1, 2].map(() =>
      docker().daemon.following(['attach', '--no-stdin', name], { cli: docker().cli }),
    );
    await Promise.all(listeners.map((listener) => listener.waitFor(/waits/)));
    const { stdout } = await docker().run(['attach', name], 'me\n');
    expect(stdout).to.match(/^(waits\n)*heard me\n$/);
    for (const listener of listeners) {
      expect(await listener.ended).to.equal(0);
      expect(listener.output).to.match(/^(waits\n)+heard me\n$/);
    }
  });

  it('exec: output, exit code, -e -w -u -i -d', async () => {
    const name = await docker().background('-e BASE=b -w /tmp');
    const exec = (line: string, ...words: string[]) => docker().ok(`exec ${line}`, ...words);
    const both = await docker().run(['exec', name, 'sh', '-c', 'echo out; echo err >&2; exit 9']);
    expect(both).to.deep.equal({ code: 9, stdout: 'out\n', stderr: 'err\n' });
    expect(await exec(`-e MORE=m ${name} sh -c $1`, 'echo $BASE $MORE $PWD')).to.equal('b m /tmp');
    expect(await exec(`-w /etc ${name} pwd`)).to.equal('/etc');
    expect(await exec(`-u 7:8 ${name} id -u`)).to.equal('7');
    const { stdout } = await docker().run(['exec', '-i', name, 'wc', '-c'], 'x'.repeat(300_000));
    expect(stdout.trim()).to.equal('300000');
    expect(await exec(`-d ${name} touch /tmp/made`)).to.equal('');
    await eventually(async () => expect(await exec(`${name} ls /tmp`)).to.equal('made'));
    expect((await docker().run(['exec', name, 'nope'])).code).to.equal(127);
    expect((await docker().run(['exec', name, '/etc'])).code).to.equal(126);
    expect((await docker().run(['exec', name, 'sh', '-c', 'kill -9 $$'])).code).to.equal(137);
    expect(await docker().fails('exec nope true')).to.include('No such container: nope');
    await docker().ok(`kill ${name}`);
    expect(await docker().fails(`exec ${name} true`)).to.include('is not running');
  });

  it('wait answers for several, in order', async () => {
    const names = await Promise.all([script('sleep 0.4; exit 4'), script('exit 5')]);
    expect(await docker().ok(`wait ${names.join(' ')}`)).to.equal('4\n5');
  });
});
