import { readFileSync, writeSync } from 'node:fs';
import { Fd } from './fd.js';
import { check, libc } from './libc.js';

const c = {
  create: libc.fn<(name: string, flags: number) => number>(
    'int memfd_create(const char *name, unsigned int flags)',
  ),
  fcntl: libc.fn<(fd: number, command: number, value: number) => number>(
    'int fcntl(int fd, int command, int value)',
  ),
};

/** linux/memfd.h */
const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
/** linux/fcntl.h */
const F_ADD_SEALS = 1033;
/** Its content, its length and the seals themselves stay as they are. */
const ALL_SEALS = 0x1 | 0x2 | 0x4 | 0x8;

/** An empty file in memory, gone with its last descriptor. `name` is seen in /proc alone. @throws SyscallError */
export function memoryFile(name: string): Fd {
  return new Fd(check('memfd_create', c.create(name, MFD_CLOEXEC), name));
}

/** A copy of a file in memory that nobody can change any more, root neither (memfd_create(2)). @throws SyscallError */
export function sealedCopy(path: string): Fd {
  const content = readFileSync(path);
  const file = new Fd(check('memfd_create', c.create(path, MFD_CLOEXEC | MFD_ALLOW_SEALING), path));
  try {
    for (let at = 0; at < content.length; ) at += writeSync(file.number, content, at);
    check('fcntl', c.fcntl(file.number, F_ADD_SEALS, ALL_SEALS), path);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}
