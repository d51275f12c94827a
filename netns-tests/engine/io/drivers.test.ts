import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Setting, useSetting } from './setting.js';

describe('log drivers', () => {
  const setting = useSetting();

  it('none keeps nothing, and says so', async () => {
    const id = await setting.it.start('echo hi', '--log-driver', 'none');
    await setting.it.ended(id);
    expect(setting.it.logFiles(id).size).to.equal(0);
    const { code, stderr } = await setting.it.daemon.run(['logs', id]);
    expect(code).to.equal(1);
    expect(stderr).to.contain('configured logging driver does not support reading');
  });

  it('local keeps within limits by itself, in a file that is nobody else’s', async () => {
    const id = await setting.it.start('echo hi', '--log-driver', 'local');
    await setting.it.ended(id);
    expect(await setting.it.daemon.must(`logs ${id}`)).to.equal('hi');
    expect(await setting.it.daemon.must(`inspect -f {{.LogPath}} ${id}`)).to.equal('');
  });

  it('json-file shows its file once the container was started', async () => {
    const created = await setting.it.daemon.must('create tsnet/busybox true');
    const path = () => setting.it.daemon.must(`inspect -f {{.LogPath}} ${created}`);
    expect(await path()).to.equal('');
    await setting.it.daemon.must(`start ${created}`);
    expect(await path()).to.equal(setting.it.logPath(created));
  });

  it('journald is missed where it isn’t, at the start', async () => {
    const { code, stderr } = await setting.it.daemon.run([
      ...['run', '--log-driver', 'journald', 'tsnet/busybox', 'true'],
    ]);
    expect(code).to.equal(125);
    expect(stderr).to.contain(
      'failed to initialize logging driver: journald is not enabled on this host',
    );
  });

  describe('syslog', () => {
    let folder: string;
    let server: SyslogServer;
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'syslog-'));
      server = await SyslogServer.listen(join(folder, 'sock'));
    });
    afterEach(async () => {
      await server.close();
      rmSync(folder, { recursive: true });
    });
    const options = (...more: readonly string[]) => [
      ...['--log-driver', 'syslog', '--log-opt', `syslog-address=unix://${join(folder, 'sock')}`],
      ...more.flatMap((one) => ['--log-opt', one]),
    ];

    it('is told each line with its tag, and the lines can be read here, too', async () => {
      const script = 'echo out; echo err >&2; echo; echo last';
      const id = await setting.it.start(
        script,
        ...options('tag={{.Name}}-x', 'syslog-facility=local0', 'syslog-format=rfc5424'),
        ...['--name', 'teller'],
      );
      await setting.it.ended(id);
      await server.until((lines) => lines.length === 3);
      const heard = server.lines.map((line) => line.replace(/ \d{4}-\S+ \S+ /, ' '));
      expect(heard.sort()).to.deep.equal([told(131, 'err'), told(134, 'last'), told(134, 'out')]);
      const { stdout } = await setting.it.daemon.run(['logs', id]);
      expect(stdout).to.equal('out\n\nlast\n');
    });

    it('misses no line while the server or the daemon is away', async () => {
      const script = 'for i in $(seq 1 40); do echo line $i; sleep 0.1; done';
      const id = await setting.it.start(script, ...options('syslog-format=rfc5424'));
      await server.until((lines) => lines.length >= 5);
      await server.close();
      await new Promise((done) => setTimeout(done, 500));
      await setting.it.daemon.stop('SIGKILL');
      server = await SyslogServer.listen(join(folder, 'sock'), server.lines);
      await setting.it.daemon.start();
      await setting.it.ended(id);
      await server.until((lines) => lines.some((line) => line.endsWith('line 40')));
      const numbers = server.lines.map((line) => Number(/line (\d+)$/.exec(line)?.[1]));
      const wanted = Array.from({ length: 40 }, (_, at) => at + 1);
      expect([...new Set(numbers)]).to.deep.equal(wanted);
      // What was on its way when the daemon was killed may be told twice, and no more than that.
      expect(numbers.length).to.be.below(50);
    });

    for (const mode of ['blocking', 'non-blocking']) {
      it(`is waited for by no container if it takes nothing: ${mode}`, async () => {
        server.stopReading();
        const id = await setting.it.start('seq 1 100000', ...options(`mode=${mode}`));
        expect(await setting.it.ended(id)).to.equal(0);
        expect(await setting.it.daemon.must(`logs --tail 1 ${id}`)).to.equal('100000');
        server.goOnReading();
        await server.until((lines) => lines.some((line) => line.endsWith(': 100000')));
        expect(server.lines.length).to.be.within(100_000, 100_500);
      });
    }

    it('is refused if nobody listens', async () => {
      await server.close();
      server = await SyslogServer.listen(join(folder, 'other'));
      const { code, stderr } = await setting.it.daemon.run([
        ...['run', '--log-driver', 'syslog', '--log-opt', 'syslog-address=tcp://127.0.0.1:1'],
        ...['tsnet/busybox', 'true'],
      ]);
      expect(code).to.equal(125);
      expect(stderr).to.contain('failed to initialize logging driver: dial tcp 127.0.0.1:1');
    });
  });
});

describe('log settings of the daemon', () => {
  it('count for containers that have none', async function () {
    if (process.getuid?.() !== 0) this.skip();
    const flags = ['--log-driver', 'local', '--log-opt', 'max-size=30k', '--log-opt', 'max-file=2'];
    await using setting = await Setting.create(flags);
    const config = async (...options: readonly string[]) => {
      const id = await setting.start('true', ...options);
      const format = '{{json .HostConfig.LogConfig}}';
      const text = await setting.daemon.mustRun(['inspect', '-f', format, id]);
      return JSON.parse(text);
    };
    expect(await config()).to.deep.equal({
      Type: 'local',
      Config: { 'max-size': '30k', 'max-file': '2' },
    });
    expect(await config('--log-opt', 'max-file=7')).to.deep.equal({
      Type: 'local',
      Config: { 'max-size': '30k', 'max-file': '7' },
    });
    expect(await config('--log-driver', 'json-file')).to.deep.equal({
      Type: 'json-file',
      Config: {},
    });
    expect(await setting.daemon.must('info')).to.contain('Logging Driver: local');
  });
});

/** A message of the container `teller`, without its time and host. */
function told(priority: number, text: string): string {
  return `<${priority}>1 teller-x PID teller-x - ${text}`;
}

/** A syslog server on a stream socket: each line is a message. */
class SyslogServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isReading = true;
  readonly lines: string[];

  private constructor(lines: string[]) {
    this.lines = lines;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      let rest = '';
      socket.on('error', () => {});
      if (!this.#isReading) setImmediate(() => socket.pause());
      socket.on('data', (data) => {
        const parts = (rest + data).split('\n');
        rest = parts.pop() ?? '';
        this.lines.push(
          ...parts.map((part) => part.replace(/(<\d+>1 \S+ \S+ \S+) \d+ /, '$1 PID ')),
        );
      });
    });
  }

  /** `lines`: what an earlier one has heard. */
  static async listen(path: string, lines: string[] = []): Promise<SyslogServer> {
    const server = new SyslogServer(lines);
    await new Promise<void>((resolve) => server.#server.listen(path, resolve));
    return server;
  }

  stopReading(): void {
    this.#isReading = false;
    for (const socket of this.#sockets) socket.pause();
  }

  goOnReading(): void {
    this.#isReading = true;
    for (const socket of this.#sockets) socket.resume();
  }

  async until(isEnough: (lines: readonly string[]) => boolean): Promise<void> {
    const deadline = performance.now() + 50_000;
    while (!isEnough(this.lines)) {
      if (performance.now() > deadline)
        throw new Error(`heard only ${this.lines.slice(-100).join('\n')}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
