import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { eventually } from '../world/eventually.js';
import { image, isDocker, useSetting } from './setting.js';

interface State {
  readonly State: { readonly Status: string; readonly ExitCode: number; readonly Error: string };
}

describe('API: containers', () => {
  const daemon = useSetting();
  const inspect = (name: string) => daemon.it.ok<State>(`GET /containers/${name}/json`);
  const post = async (path: string, sent = {}) =>
    (await daemon.it.send(`POST ${path}`, sent)).status;

  it('answers 304 to a start or stop of what is started or stopped', async () => {
    const name = await daemon.it.container();
    const verbs = ['stop', 'start', 'start', 'stop?t=0', 'stop?t=0', 'start'];
    const statuses: number[] = [];
    for (const verb of verbs) statuses.push(await post(`/containers/${name}/${verb}`));
    expect(statuses).to.deep.equal([304, 204, 304, 204, 304, 204]);
    const { text, headers } = await daemon.it.send(`POST /containers/${name}/start`);
    expect([text, headers['content-length']]).to.deep.equal(['', undefined]);
  });

  it('answers 409 to what the state forbids', async () => {
    const [still, runs] = await Promise.all([daemon.it.container(), daemon.it.running()]);
    const refused = (line: string, words: string, body?: object) =>
      daemon.it.refused(line, 409, words, body ? { body } : {});
    await refused(`POST /containers/${still}/kill`, 'is not running');
    await refused(`POST /containers/${still}/pause`, 'is not running');
    await refused(`POST /containers/${still}/exec`, 'is not running', { Cmd: ['true'] });
    await refused(`POST /containers/${still}/resize?h=10&w=10`, 'is not running');
    await refused(`DELETE /containers/${runs}`, 'running');
    const taken = `Conflict. The container name "/${runs}" is already in use by container "`;
    await refused(`POST /containers/create?name=${runs}`, taken, { Image: image, Cmd: ['true'] });
    await refused(`POST /containers/${still}/rename?name=${runs}`, `"/${runs}" is already in use`);
    expect(await post(`/containers/${runs}/pause`)).to.equal(204);
    await refused(`POST /containers/${runs}/pause`, 'is already paused');
    await refused(`POST /containers/${runs}/exec`, 'is paused, unpause', { Cmd: ['true'] });
    await refused(`POST /containers/${runs}/start`, 'cannot start a paused container');
    expect(await post(`/containers/${runs}/unpause`)).to.equal(204);
    const notPaused = isDocker ? 500 : 409;
    await daemon.it.refused(`POST /containers/${runs}/unpause`, notPaused, 'is not paused');
  });

  it('answers 404 for what is not there', async () => {
    const verbs = [
      'start',
      'stop',
      'kill',
      'restart',
      'wait',
      'rename?name=xx',
      'pause',
      'resize?h=1&w=1',
    ];
    const lines = [
      ...verbs.map((verb) => `POST /containers/nope/${verb}`),
      ...['json', 'top', 'logs?stdout=1', 'export', 'changes'].map(
        (v) => `GET /containers/nope/${v}`,
      ),
      'DELETE /containers/nope',
      'DELETE /containers/nope?force=1',
    ];
    for (const line of lines) await daemon.it.refused(line, 404, 'No such container: nope');
    const body = { Image: 'nope' };
    await daemon.it.refused('POST /containers/create', 404, 'No such image: nope:latest', { body });
    await daemon.it.refused('GET /exec/nope/json', 404, 'No such exec instance: nope');
    await daemon.it.refused('POST /exec/nope/start', 404, 'No such exec instance', { body: {} });
    await daemon.it.refused('GET /images/nope/json', 404, 'No such image: nope');
  });

  it('answers 400 to settings that can never be, and keeps nothing of them', async () => {
    const all = async () =>
      (await daemon.it.ok<{ Id: string }[]>('GET /containers/json?all=1')).map(({ Id }) => Id);
    const before = await all();
    const cases: [object, string][] = [
      [{ WorkingDir: 'relative' }, "the working directory 'relative' is invalid"],
      [{ HostConfig: { Memory: 1024 } }, 'Minimum memory limit allowed is 6MB'],
      [{ HostConfig: { Binds: ['/tmp:relative'] } }, 'mount path must be absolute'],
      [{ HostConfig: { Binds: ['/tmp:/tmp:nope'] } }, 'invalid mode: nope'],
      [{ HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '99999' }] } } }, '99999'],
      [{ HostConfig: { AutoRemove: true, RestartPolicy: { Name: 'always' } } }, 'restart policy'],
    ];
    const late: [object, string][] = [
      [{ HostConfig: { PortBindings: { '80/nope': [{}] } } }, 'nope'],
      [{ HostConfig: { LogConfig: { Type: 'nope' } } }, "no log driver named 'nope' is registered"],
    ];
    // Docker finds these out at the start.
    for (const [settings, words] of isDocker ? cases : [...cases, ...late]) {
      const body = { Image: image, Cmd: ['true'], ...settings };
      const { status, text } = await daemon.it.send('POST /containers/create', { body });
      expect([status, text.toLowerCase()], `${JSON.stringify(settings)} ${text}`).to.satisfy(
        ([code, said]: [number, string]) =>
          (isDocker ? [400, 500].includes(code) : code === 400) &&
          (JSON.parse(said) as { message: string }).message.includes(words.toLowerCase()),
      );
    }
    await daemon.it.refused('POST /containers/create', 400, 'config cannot be empty', { body: {} });
    const bad = { body: { Image: image, Cmd: ['true'] } };
    await daemon.it.refused(
      'POST /containers/create?name=-x',
      400,
      'Invalid container name (-x)',
      bad,
    );
    expect(await all()).to.deep.equal(before);
  });

  it('says why a program could not be started, in the answer and in the state', async () => {
    const name = await daemon.it.container({ Cmd: ['missing'] });
    const { status, text } = await daemon.it.send(`POST /containers/${name}/start`);
    expect(status).to.equal(400);
    expect(text).to.include('exec: \\"missing\\": executable file not found in $PATH');
    const { State } = await inspect(name);
    expect(State.Status).to.equal('created');
    expect(State.ExitCode).to.equal(127);
    expect(State.Error).to.include('executable file not found');
    expect(await post(`/containers/${await daemon.it.running()}/kill`)).to.equal(204);
  });

  it('waits for the three conditions and sends the headers at once', async () => {
    const name = await daemon.it.container({ Cmd: ['sh', '-c', 'exit 7'] });
    const wait = (query: string) =>
      daemon.it.ok<{ StatusCode: number }>(`POST /containers/${name}/wait${query}`);
    expect(await wait('')).to.include({ StatusCode: 0 });
    const next = await daemon.it.waiting(name, 'next-exit');
    expect(await post(`/containers/${name}/start`)).to.equal(204);
    expect(await next()).to.equal(7);
    expect(await wait('?condition=not-running')).to.include({ StatusCode: 7 });
    const removed = await daemon.it.waiting(name, 'removed');
    expect((await daemon.it.send(`DELETE /containers/${name}`)).status).to.equal(204);
    expect(await removed()).to.equal(7);
    const { status } = await daemon.it.send(`POST /containers/${name}/wait`);
    expect(status).to.equal(404);
  });

  it('ends by signals: 137 for KILL, 143 for TERM', async () => {
    const script = 'trap "exit 143" TERM; echo up; while :; do sleep 0.05; done';
    const names = [
      await daemon.it.running(),
      await daemon.it.running({ Cmd: ['sh', '-c', script] }),
    ] as const;
    await daemon.it.says(names[1], 'up');
    await Promise.all([
      daemon.it.ok(`POST /containers/${names[0]}/kill`),
      daemon.it.ok(`POST /containers/${names[1]}/kill?signal=15`),
    ]);
    const codes = names.map(async (name) => {
      const { StatusCode } = await daemon.it.ok<{ StatusCode: number }>(
        `POST /containers/${name}/wait`,
      );
      return StatusCode;
    });
    expect(await Promise.all(codes)).to.deep.equal([137, 143]);
    const name = await daemon.it.running();
    await daemon.it.refused(
      `POST /containers/${name}/kill?signal=NOPE`,
      400,
      'invalid signal: NOPE',
    );
  });

  it('calls a container as those do that are linked to it', async () => {
    const target = await daemon.it.container({});
    const client = await daemon.it.container({ HostConfig: { Links: [`${target}:db`] } });
    const name = `${client}/db`;
    const { Name } = await daemon.it.ok<{ Name: string }>(`GET /containers/${name}/json`);
    expect(Name).to.equal(`/${target}`);
    const all = await daemon.it.ok<{ Names: string[] }[]>('GET /containers/json?all=1');
    expect(all.map(({ Names }) => Names)).to.deep.include([`/${target}`, `/${name}`]);
    await daemon.it.refused(`DELETE /containers/${client}/pg?link=1`, 404, 'No such container: ');
    await daemon.it.ok(`DELETE /containers/${name}?link=1`);
    await daemon.it.refused(`GET /containers/${name}/json`, 404, `No such container: ${name}`);
  });

  it('names the container that could not be killed', async () => {
    const name = await daemon.it.container({});
    const words = `cannot kill container: ${name}: container `;
    await daemon.it.refused(`POST /containers/${name}/kill`, 409, words);
    const nobody = 'cannot kill container: nobody: No such container: nobody';
    await daemon.it.refused('POST /containers/nobody/kill', 404, nobody);
    const invalid = isDocker
      ? 'nvalid signal: NOPE'
      : `cannot kill container: ${name}: invalid signal: NOPE`;
    await daemon.it.refused(`POST /containers/${name}/kill?signal=NOPE`, 400, invalid);
  });

  it('lists null when no file changed', async () => {
    const name = await daemon.it.container({});
    const { text } = await daemon.it.send(`GET /containers/${name}/changes`);
    expect(text.trim()).to.equal('null');
  });

  it('lists what changed in the files, and all of them as a tar', async () => {
    const name = await daemon.it.running({
      Cmd: ['sh', '-c', 'echo x >/new; rm /etc/group; echo >>/etc/passwd'],
    });
    await daemon.it.ok(`POST /containers/${name}/wait`);
    const changes = await daemon.it.ok<object[]>(`GET /containers/${name}/changes`);
    expect(changes).to.deep.include.members([
      { Path: '/new', Kind: 1 },
      { Path: '/etc/group', Kind: 2 },
      { Path: '/etc/passwd', Kind: 0 },
    ]);
    const { status, headers, text } = await daemon.it.send(`GET /containers/${name}/export`);
    expect(status).to.equal(200);
    expect(headers['content-type']).to.be.oneOf(['application/x-tar', 'application/octet-stream']);
    expect(text).to.include('bin/busybox');
    const { GraphDriver } = await daemon.it.ok<{ GraphDriver: { Data: { MergedDir: string } } }>(
      `GET /containers/${name}/json`,
    );
    await eventually(async () =>
      expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.to.include(
        GraphDriver.Data.MergedDir,
      ),
    );
    const [line] = await daemon.it.ok<{ SizeRw: number; SizeRootFs: number }[]>(
      `GET /containers/json?all=1&size=1&filters={"name":["${name}"]}`,
    );
    expect(line?.SizeRw).to.be.greaterThan(0);
    expect(line?.SizeRootFs).to.be.greaterThan(line?.SizeRw ?? 0);
  });
});
