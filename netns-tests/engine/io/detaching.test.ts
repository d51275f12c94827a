import { expect } from 'chai';
import { RawConnection } from '../../api/http.js';
import { image, useSetting } from './setting.js';

const usualKeys = '\x10\x11';

describe('detaching', () => {
  const setting = useSetting();
  const shell = async () => {
    const options = ['-dit', '--network', 'none', '--stop-signal', 'KILL'];
    return setting.it.daemon.mustRun(['run', ...options, image, 'sh']);
  };
  const hijack = (path: string, body = '') =>
    new RawConnection(
      setting.it.daemon.socket,
      [
        `POST /v1.41${path} HTTP/1.1`,
        ...['Host: docker', 'Connection: Upgrade', 'Upgrade: tcp'],
        ...(body ? ['Content-Type: application/json', `Content-Length: ${body.length}`] : []),
      ],
      { after: body },
    );
  const isRunning = (id: string) =>
    setting.it.daemon.mustRun(['inspect', '-f', '{{.State.Running}}', id]);
  const events = async (id: string) => {
    const until = String(Math.floor(Date.now() / 1000) + 1);
    const line = ['events', '--since', '1m', '--until', until, '--filter', `container=${id}`];
    const words = await setting.it.daemon.mustRun([...line, '--format', '{{.Action}}']);
    return words.split('\n');
  };

  const table: [what: string, query: string, keys: string][] = [
    ['by the usual keys', '', usualKeys],
    ['by those of the request', '&detachKeys=ctrl-a,x', '\x01x'],
  ];
  for (const [what, query, keys] of table) {
    it(`from a container ${what}, which goes on`, async () => {
      const id = await shell();
      using stream = hijack(`/containers/${id}/attach?stream=1&stdin=1&stdout=1${query}`);
      await stream.head();
      stream.write('echo $((40+2))\n');
      await stream.until(() => stream.body.includes('\n42'));
      stream.write(keys);
      await stream.whole();
      expect(await isRunning(id)).to.equal('true');
      expect(await events(id)).to.include('detach');
    });
  }

  it('from an exec, which goes on', async () => {
    const id = await shell();
    const create = {
      Cmd: ['sh'],
      AttachStdin: true,
      AttachStdout: true,
      Tty: true,
      DetachKeys: 'a,b',
    };
    const { Id } = await setting.it.daemon.api.must<{ Id: string }>(
      'POST',
      `/containers/${id}/exec`,
      create,
    );
    using stream = hijack(`/exec/${Id}/start`, '{"Detach":false,"Tty":true}');
    await stream.head();
    stream.write('echo $((40+2)) a');
    stream.write('ab');
    await stream.whole();
    const exec = await setting.it.daemon.api.must<{ Running: boolean }>('GET', `/exec/${Id}/json`);
    expect(exec.Running).to.equal(true);
    expect(await events(id)).to.include('exec_detach');
  });

  it('is nothing without a terminal', async () => {
    const id = await setting.it.daemon.mustRun([
      ...['run', '-di', '--network', 'none', image, 'cat'],
    ]);
    using stream = hijack(`/containers/${id}/attach?stream=1&stdin=1&stdout=1`);
    await stream.head();
    stream.write(`${usualKeys}through\n`);
    await stream.until(() => stream.body.includes('through'));
    expect(stream.body.includes(usualKeys)).to.equal(true);
    stream.end();
  });
});
