import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { eventually } from '../world/eventually.js';
import { type Docker, eachDocker, image } from './each.js';
import { Terminal } from './terminal.js';

/** The process of a CLI whose command line has this word. @throws Error if there never is one */
function processOf(docker: Docker, word: string): Promise<number> {
  return eventually(() => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const [program = '', ...words] = commandLine(pid);
      const isCli = docker.cli === 'tsnet' ? /node$/.test(program) : program === docker.cli;
      if (isCli && words.includes(word)) return Number(pid);
    }
    throw new Error(`no process of ${docker.cli} about ${word}`);
  });
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** A shell in a terminal that runs the CLI, then says that it ended and how the terminal is. */
function shellOf({ world, daemon, program }: Docker, line: string): Terminal {
  return new Terminal(
    world.host.inside(['env', `DOCKER_HOST=unix://${daemon.socket}`]),
    `sh -c '${program} ${line}; echo ended; stty -a'`,
  );
}

eachDocker('faults', (docker) => {
  it('leaves the container running when it dies, and takes it up again', async () => {
    const name = docker().name('faulty');
    using terminal = shellOf(docker(), `run -it --name ${name} ${image} sh`);
    await terminal.shows(/#/);
    process.kill(await processOf(docker(), name), 'SIGKILL');
    await terminal.shows(/ended/);
    expect(await docker().field(name, '{{.State.Running}}')).to.equal('true');
    using again = shellOf(docker(), `attach ${name}`);
    await again.shows(/^/);
    await processOf(docker(), name);
    again.type('\recho $((40+2)); exit 3\r');
    await again.shows(/42/);
    await again.shows(/ended/);
    expect(await docker().field(name, '{{.State.ExitCode}}')).to.equal('3');
  });

  it('ends a command whose daemon dies, by an error', async () => {
    const name = docker().name('faulty');
    const attached = docker().run([
      'run',
      '--name',
      name,
      image,
      'sh',
      '-c',
      'echo up; sleep 1000',
    ]);
    await processOf(docker(), name);
    await docker().says(name, 'up');
    await docker().daemon.stop('SIGKILL');
    const { code, stdout, stderr } = await attached;
    await docker().daemon.start();
    expect([code, stdout]).to.deep.equal([125, 'up\n']);
    expect(stderr).to.match(/EOF|connection|closed/);
    expect(await docker().field(name, '{{.State.Running}}')).to.equal('true');
    await docker().ok(`rm -f ${name}`);
  });

  it('tells the codes of what it runs: its own, 137 of a kill, 125 of its own failures', async () => {
    const code = async (...words: string[]) => (await docker().run(['run', '--rm', ...words])).code;
    expect(await code(image, 'sh', '-c', 'exit 42')).to.equal(42);
    expect(await code('--nonsense', image)).to.equal(125);
    const name = docker().name('faulty');
    const killed = code('--name', name, image, 'sleep', '1000');
    await processOf(docker(), name);
    await eventually(() => docker().ok(`kill ${name}`));
    expect(await killed).to.equal(137);
  });
});

// Docker's own goes on in both cases.
eachDocker(
  'signals',
  (docker) => {
    it('puts the terminal back when it is told to end', async () => {
      const name = docker().name('faulty');
      using terminal = shellOf(
        docker(),
        `run -it --name ${name} ${image} sh -c "echo up; sleep 1000"`,
      );
      await terminal.shows(/up/);
      process.kill(await processOf(docker(), name), 'SIGTERM');
      await terminal.shows(/ended[\s\S]* icanon [\s\S]* echo /);
      await terminal.shows(/^opost/m);
      await docker().ok(`rm -f ${name}`);
    });

    it('is ended by Ctrl-C alone if signals are not passed on', async () => {
      const name = docker().name('faulty');
      using terminal = shellOf(
        docker(),
        `run --sig-proxy=false --name ${name} ${image} sh -c "echo up; sleep 1000"`,
      );
      await terminal.shows(/up/);
      process.kill(await processOf(docker(), name), 'SIGINT');
      await terminal.shows(/ended/);
      expect(await docker().field(name, '{{.State.Running}}')).to.equal('true');
      await docker().ok(`rm -f ${name}`);
    });
  },
  ['tsnet'],
);
