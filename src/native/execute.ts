import { check, libc } from './libc.js';

const c = {
  execve: libc.fn<
    (path: string, argv: readonly (string | null)[], env: readonly (string | null)[]) => number
  >('int execve(const char *path, const char **argv, const char **envp)'),
  fcntl: libc.fn<(fd: number, command: number, value: number) => number>(
    'int fcntl(int fd, int command, int value)',
  ),
};

const F_SETFD = 2;

/**
 * Makes this process another program (execve(2)), with an empty environment, by the credentials of the calling
 * thread; all other threads end. `fds` are the descriptors that it shall have besides 0, 1 and 2.
 * @throws SyscallError if it can't be executed: then nothing has changed
 */
export function execute(file: string, argv: readonly string[], fds: readonly number[]): never {
  for (const fd of [0, 1, 2, ...fds]) check('fcntl', c.fcntl(fd, F_SETFD, 0), String(fd));
  check('execve', c.execve(file, [...argv, null], [null]), file);
  throw new Error('execve has returned');
}
