import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { SshTarget } from './address.js';

/** How long ssh may try to connect, in seconds; Docker's CLI gives it the same. */
const connectSeconds = 30;

/** ssh's arguments. What runs over there leads the connection on to its own daemon: tsnet's, where it is, else Docker's. */
export function sshArguments({ hostname, user, port, path }: SshTarget): string[] {
  const host = path === '' ? '' : `--host unix://${quote(path)} `;
  const dial = `${host}system dial-stdio`;
  const remote = `command -v tsnet >/dev/null 2>&1 && exec tsnet ${dial}; exec docker ${dial}`;
  return [
    ...['-o', `ConnectTimeout=${connectSeconds}`, '-T'],
    ...(user === '' ? [] : ['-l', user]),
    ...(port === '' ? [] : ['-p', port]),
    // The user's shell over there may be of any kind.
    ...['--', hostname, `sh -c ${quote(remote)}`],
  ];
}

/** One word for a POSIX shell. */
function quote(text: string): string {
  return /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A connection by way of ssh: what is written goes to its stdin, what it prints is the daemon's. */
export function dialBySsh(target: SshTarget): Duplex {
  const args = sshArguments(target);
  const child = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const connection = new Duplex({
    allowHalfOpen: true,
    read: () => void child.stdout.resume(),
    write: (chunk, _, done) => void child.stdin.write(chunk, () => done()),
    final: (done) => void child.stdin.end(() => done()),
    destroy(error, done) {
      child.kill();
      done(error);
    },
  });
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said += data.toString();
  });
  child.stdout.on('data', (data: Buffer) => {
    if (!connection.push(data)) child.stdout.pause();
  });
  // A write that fails says less than the reason for which ssh ended, which comes at once.
  child.stdin.on('error', () => {});
  connection.on('error', () => {});
  child.once('error', (error) => connection.destroy(error));
  child.once('close', (code) => {
    if (code) connection.destroy(new Error(exitText(args, code, said)));
    else connection.push(null);
  });
  return connection;
}

/** Docker's words. */
function exitText(args: readonly string[], code: number, stderr: string): string {
  return (
    `error during connect: command [ssh ${args.join(' ')}] has exited with exit status ${code}, ` +
    'make sure the URL is valid, and that tsnet or Docker 18.09 or later is installed on the remote host: ' +
    `stderr=${stderr}`
  );
}
