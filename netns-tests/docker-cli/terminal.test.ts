import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../world/eventually.js';
import { eachDocker, image } from './each.js';
import type { Terminal } from './terminal.js';

const detachKeys = '\x10\x11';

eachDocker('in a terminal', (docker) => {
  it('runs a shell: prompt, input, exit code', async () => {
    using shell = docker().terminal(`run -it --rm ${image} sh`);
    await shell.shows(/\/ # /);
    shell.type('echo $((6*7)); tty\r');
    await shell.shows(/\n42\r\n\/dev\/pts\/0\r\n/);
    shell.type('exit 5\r');
    expect(await shell.exitCode()).to.equal(5);
  });

  it('has the window’s size from the start, and follows it', async () => {
    using shell = docker().terminal(`run -it --rm ${image} sh`);
    await shell.shows(/\/ # /);
    shell.type('stty size\r');
    await shell.shows(/\n24 80\r/);
    await isFollowed(shell);
    shell.type('exit\r');
    expect(await shell.exitCode()).to.equal(0);
  });

  it('ends a program by Ctrl-C and a shell by Ctrl-D', async () => {
    using shell = docker().terminal(`run -it --rm ${image} sh`);
    await shell.shows(/\/ # /);
    shell.type('echo be"gun"; sleep 100\r');
    await shell.shows(/begun/);
    // While the shell is still starting the program, it takes the signal for itself, and waits all the same.
    await eventually(
      () => {
        shell.type('\x03');
        expect(shell.screen).to.match(/\^C.*\/ # /s);
      },
      { everyMs: 200 },
    );
    shell.type('echo code $?\r');
    await shell.shows(/\ncode 130\r/);
    shell.type('\x04');
    expect(await shell.exitCode()).to.equal(0);
  });

  it('detaches by keys, attaches again with stdin, and tells the exit code', async () => {
    const name = docker().name();
    using shell = docker().terminal(`run -it --name ${name} ${image} sh`);
    await shell.shows(/\/ # /);
    shell.type('before=yes\r');
    await shell.shows(/before=yes/);
    shell.type(detachKeys);
    expect(await shell.exitCode()).to.equal(0);
    expect(await docker().field(name, '{{.State.Status}}')).to.equal('running');
    using again = docker().terminal(`attach ${name}`);
    await eventually(
      () => {
        again.type('\r');
        expect(again.screen).to.match(/\/ # /);
      },
      { everyMs: 200 },
    );
    again.type('echo still $before\r');
    await again.shows(/\nstill yes\r/);
    again.type('exit 4\r');
    expect(await again.exitCode()).to.equal(4);
    expect(await docker().ok(`logs ${name}`)).to.match(/before=yes[\s\S]*still yes/);
  });

  it('detaches by other keys', async () => {
    const name = docker().name();
    using shell = docker().terminal(`run -it --detach-keys ctrl-a,x --name ${name} ${image} sh`);
    await shell.shows(/\/ # /);
    shell.type('\x01x');
    expect(await shell.exitCode()).to.equal(0);
    expect(await docker().field(name, '{{.State.Running}}')).to.equal('true');
  });

  it('executes a shell in a running container, with size and exit code', async () => {
    const name = await docker().background();
    using shell = docker().terminal(`exec -it -e COLOR=red ${name} sh`);
    await shell.shows(/\/ # /);
    shell.type('stty size; echo $COLOR\r');
    await shell.shows(/\n24 80\r\nred\r/);
    await isFollowed(shell);
    shell.type('exit 6\r');
    expect(await shell.exitCode()).to.equal(6);
    expect(await docker().field(name, '{{.State.Running}}')).to.equal('true');
  });

  it('starts a stopped container with its terminal: start -ai', async () => {
    const name = docker().name();
    await docker().ok(`create -it --name ${name} ${image} sh`);
    using shell = docker().terminal(`start -ai ${name}`);
    await shell.shows(/\/ # /);
    shell.type('exit 3\r');
    expect(await shell.exitCode()).to.equal(3);
  });

  it('refuses -it without a terminal', async () => {
    const said = await docker().fails(`run --rm -it ${image} true`);
    expect(said).to.match(/not a TTY|cannot attach stdin to a TTY/);
  });
});

/** Makes the window another size, both ways, and waits until the shell in it has seen that. */
async function isFollowed(shell: Terminal): Promise<void> {
  shell.type('until stty size | grep "^33 99"; do sleep 0.1; done\r');
  // A client that has not begun to look at its window misses a change.
  await eventually(async () => {
    await shell.resize(32, 98);
    await shell.resize(33, 99);
    await delay(200);
    expect(shell.screen).to.match(/\n33 99\r/);
  });
}
