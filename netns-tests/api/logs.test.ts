import { expect } from 'chai';
import { frames } from './http.js';
import { isDocker, useSetting } from './setting.js';

describe('API: logs', () => {
  const daemon = useSetting();
  const said = async (script: string, HostConfig: object = {}, more: object = {}) => {
    const name = await daemon.it.running({ Cmd: ['sh', '-c', script], HostConfig, ...more });
    await daemon.it.ok(`POST /containers/${name}/wait`);
    // dockerd writes the last lines a little later.
    if (isDocker) await new Promise((done) => setTimeout(done, 300));
    return name;
  };
  const logs = (name: string, query: string) =>
    daemon.it.send(`GET /containers/${name}/logs?${query}`);
  const textOf = async (name: string, query: string) =>
    frames(Buffer.from((await logs(name, query)).text, 'latin1'))
      .map(({ text }) => text)
      .join('');

  it('gives each line a frame of its own', async () => {
    const name = await said('echo one; echo two; printf part; sleep 0.1; echo ial');
    const { text } = await logs(name, 'stdout=1&stderr=1');
    expect(text.split('\u0001\0\0\0\0\0\0').slice(1)).to.deep.equal([
      '\u0004one\n',
      '\u0004two\n',
      '\u0008partial\n',
    ]);
  });

  it('gives one stream alone, and the last lines', async () => {
    const name = await said('echo a; sleep 0.1; echo b >&2; sleep 0.1; echo c');
    expect(await textOf(name, 'stderr=1')).to.equal('b\n');
    expect(await textOf(name, 'stdout=1&stderr=1&tail=2')).to.equal('b\nc\n');
    expect(await textOf(name, 'stdout=1&stderr=1&tail=0')).to.equal('');
    expect(await textOf(name, 'stdout=1&tail=all')).to.equal('a\nc\n');
    expect(await textOf(name, 'stdout=1&tail=-5')).to.equal('a\nc\n');
  });

  it('gives times with nine digits, and details', async () => {
    const LogConfig = { Type: 'json-file', Config: { labels: 'a b', env: 'Z', tag: '{{.Name}}' } };
    const name = await said('echo hi', { LogConfig }, { Labels: { 'a b': 'c=d' }, Env: ['Z=x y'] });
    const attributes = `Z=x+y,a+b=c%3Dd,tag=${name}`;
    expect(await textOf(name, 'stdout=1&details=1')).to.equal(`${attributes} hi\n`);
    const stamped = await textOf(name, 'stdout=1&details=1&timestamps=1');
    expect(stamped).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z /);
    expect(stamped).to.contain(`Z ${attributes} hi\n`);
  });

  it('attaches to what was said before and what is said then', async () => {
    const name = await daemon.it.running({
      Cmd: ['sh', '-c', 'echo before; read line; echo got $line'],
      OpenStdin: true,
    });
    await daemon.it.says(name, 'before');
    const query = 'logs=1&stream=1&stdin=1&stdout=1&stderr=1';
    using stream = daemon.it.hijack(`/containers/${name}/attach?${query}`, { upgrade: true });
    await stream.until(() => stream.body.includes('before'));
    stream.write('it\n');
    const text = frames(await stream.whole()).map((frame) => frame.text);
    expect(text.join('')).to.equal('before\ngot it\n');
  });

  it('wants a stream, a container that is there, and a driver that keeps something', async () => {
    const name = await said('true', { LogConfig: { Type: 'none', Config: {} } });
    const path = (one: string) => `GET /containers/${one}/logs`;
    await daemon.it.refused(path(name), 400, 'you must choose at least one stream');
    await daemon.it.refused(`${path('nope')}?stdout=1`, 404, 'No such container: nope');
    await daemon.it.refused(
      `${path(name)}?stdout=1`,
      501,
      'configured logging driver does not support reading',
    );
  });

  const wrong: [type: string, config: object, words: string][] = [
    ['json-file', { bad: '1' }, "unknown log opt 'bad' for json-file log driver"],
    ['local', { bad: '1' }, "unknown log opt 'bad' for log driver local"],
    ['json-file', { mode: 'x' }, 'logger: logging mode not supported: x'],
    ['syslog', { 'syslog-facility': 'x' }, 'invalid syslog facility'],
  ];
  for (const [Type, Config, words] of wrong) {
    it(`refuses at create: ${words}`, () =>
      daemon.it.refused('POST /containers/create', 400, words, {
        body: { Image: 'busybox:test', Cmd: ['true'], HostConfig: { LogConfig: { Type, Config } } },
      }));
  }

  const failing: [type: string, config: object, words: string][] = [
    ['json-file', { 'max-size': 'abc' }, "invalid size: 'abc'"],
    ['json-file', { 'max-file': '0' }, 'max-file cannot be less than 1'],
    ['local', { 'max-file': '1' }, 'compression cannot be enabled when max file count is 1'],
    ['json-file', { tag: '{{.Nope}}' }, "can't evaluate field Nope in type *logger.Info"],
  ];
  for (const [Type, Config, words] of failing) {
    it(`fails at start: ${words}`, async () => {
      const name = await daemon.it.container({ HostConfig: { LogConfig: { Type, Config } } });
      await daemon.it.refused(
        `POST /containers/${name}/start`,
        500,
        `failed to initialize logging driver: `,
      );
      const { State } = await daemon.it.ok<{ State: { Error: string; ExitCode: number } }>(
        `GET /containers/${name}/json`,
      );
      expect(State.Error).to.contain(words);
      expect(State.ExitCode).to.equal(128);
    });
  }
});
