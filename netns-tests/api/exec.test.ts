import { expect } from 'chai';
import { frames } from './http.js';
import { isDocker, useSetting } from './setting.js';

interface Inspected {
  readonly Running: boolean;
  readonly ExitCode: number | null;
  readonly DetachKeys: string;
  readonly ProcessConfig: object;
}

describe('API: exec', () => {
  const daemon = useSetting();
  const create = async (name: string, body: object) => {
    const streams = { AttachStdout: true, AttachStderr: true };
    const { Id } = await daemon.it.ok<{ Id: string }>(`POST /containers/${name}/exec`, {
      body: { ...streams, ...body },
    });
    return Id;
  };
  const inspect = (id: string) => daemon.it.ok<Inspected>(`GET /exec/${id}/json`);
  const outputOf = async (id: string, tty = false) => {
    const body = JSON.stringify({ Detach: false, Tty: tty });
    using stream = daemon.it.hijack(`/exec/${id}/start`, { upgrade: true, body });
    const bytes = await stream.whole();
    if (tty) return bytes.toString();
    return frames(bytes)
      .map(({ text }) => text)
      .join('');
  };
  const start = (id: string) =>
    daemon.it.send(`POST /exec/${id}/start`, { body: { Detach: true } });

  const settings: [what: string, body: object, script: string, output: string][] = [
    ['variables over the container’s', { Env: ['A=exec'] }, 'echo $A $B', 'exec two\n'],
    ['a working directory', { WorkingDir: '/tmp' }, 'pwd', '/tmp\n'],
    ['the container’s working directory', {}, 'pwd', '/etc\n'],
    ['a user by number', { User: '12:34' }, 'id -u; id -g', '12\n34\n'],
    ['no input', {}, 'cat; echo end', 'end\n'],
  ];
  for (const [what, body, script, output] of settings) {
    it(`has ${what}`, async () => {
      const name = await daemon.it.running({ Env: ['A=one', 'B=two'], WorkingDir: '/etc' });
      const id = await create(name, { Cmd: ['sh', '-c', script], ...body });
      expect(await outputOf(id)).to.equal(output);
      expect((await inspect(id)).ExitCode).to.equal(0);
    });
  }

  it('gives just the streams that were asked for', async () => {
    const name = await daemon.it.running();
    const Cmd = ['sh', '-c', 'echo out; echo err >&2'];
    expect(await outputOf(await create(name, { Cmd, AttachStdout: false }))).to.equal('err\n');
    expect(await outputOf(await create(name, { Cmd, AttachStderr: false }))).to.equal('out\n');
  });

  it('tells the exit code, and what was asked for', async () => {
    const name = await daemon.it.running();
    const body = { Cmd: ['sh', '-c', 'exit 42'], User: '0', DetachKeys: 'ctrl-a,b' };
    const id = await create(name, body);
    expect(await inspect(id)).to.include({ Running: false, ExitCode: null });
    await outputOf(id);
    const { DetachKeys, ExitCode, ProcessConfig } = await inspect(id);
    expect(ExitCode).to.equal(42);
    expect(DetachKeys).to.equal(Buffer.from([1, 98]).toString('base64'));
    expect(ProcessConfig).to.deep.equal({
      ...{ tty: false, entrypoint: 'sh', arguments: ['-c', 'exit 42'], privileged: false },
      user: '0',
    });
  });

  it('refuses to run twice', async () => {
    const id = await create(await daemon.it.running(), { Cmd: ['true'] });
    await outputOf(id);
    await daemon.it.refused(`POST /exec/${id}/start`, 409, 'has already run', {
      body: { Detach: true },
    });
  });

  const failures: [cmd: string, code: number, words: string][] = [
    ['nope', isDocker ? 126 : 127, 'exec: "nope": executable file not found in $PATH'],
    ['/etc', 126, 'exec: "/etc": permission denied'],
  ];
  for (const [cmd, code, words] of failures) {
    it(`answers that ${words}`, async () => {
      const name = await daemon.it.running();
      const detached = await create(name, { Cmd: [cmd] });
      await daemon.it.refused(`POST /exec/${detached}/start`, 400, words, {
        body: { Detach: true },
      });
      expect(await inspect(detached)).to.include({ Running: false, ExitCode: code });
      const attached = await create(name, { Cmd: [cmd] });
      expect(await outputOf(attached)).to.contain(words);
    });
  }

  it('has a terminal of the wanted size', async () => {
    const name = await daemon.it.running();
    const script =
      'echo begun; until [ "$(stty size 2>&1)" = "33 77" ]; do sleep 0.05; done; echo seen';
    const id = await create(name, { Cmd: ['sh', '-c', script], Tty: true });
    const body = JSON.stringify({ Detach: false, Tty: true });
    using stream = daemon.it.hijack(`/exec/${id}/start`, { upgrade: true, body });
    await stream.until(() => stream.body.includes('begun'));
    await daemon.it.ok(`POST /exec/${id}/resize?h=33&w=77`);
    expect((await stream.whole()).toString()).to.equal('begun\r\nseen\r\n');
  });

  it('takes a size with both sides alone', async () => {
    const name = await daemon.it.running({ Tty: true });
    await daemon.it.refused(`POST /containers/${name}/resize?h=10`, 400, 'invalid syntax');
    await daemon.it.refused(`POST /containers/${name}/resize?h=a&w=1`, 400, 'parsing "a"');
  });

  it('wants a container that runs', async () => {
    const stopped = await daemon.it.container();
    const body = { Cmd: ['true'] };
    await daemon.it.refused(`POST /containers/${stopped}/exec`, 409, 'is not running', { body });
    const paused = await daemon.it.running();
    const id = await create(paused, body);
    await daemon.it.ok(`POST /containers/${paused}/pause`);
    const words = 'is paused, unpause the container before exec';
    await daemon.it.refused(`POST /containers/${paused}/exec`, 409, words, { body });
    expect((await start(id)).status).to.equal(409);
    await daemon.it.ok(`POST /containers/${paused}/unpause`);
  });

  it('wants a command, keys that are some, and one that is there', async () => {
    const name = await daemon.it.running();
    const path = `POST /containers/${name}/exec`;
    await daemon.it.refused(path, 400, 'No exec command specified', { body: { Cmd: [] } });
    const wrong = { body: { Cmd: ['true'], DetachKeys: 'zzz' } };
    await daemon.it.refused(path, 500, 'Invalid escape keys (zzz) provided', wrong);
    await daemon.it.refused('GET /exec/nope/json', 404, 'No such exec instance');
    await daemon.it.refused('POST /exec/nope/start', 404, 'No such exec instance: nope', {
      body: { Detach: true },
    });
  });
});
