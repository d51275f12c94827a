import { writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Children } from '../../src/native/children.js';
import { run } from '../../src/native/run.js';
import { canCompileSeccomp, compileSeccomp } from '../../src/native/seccomp/compile.js';
import type { SeccompProfile } from '../../src/native/seccomp/profile.js';
import { selectRules } from '../../src/native/seccomp/select.js';
import { useDescriptorCount, useFolder } from './setting.js';

const EXDEV = 18;
const ENOENT = 2;
const ENOSYS = 38;

/** What Node calls after it has started, mkdir left out. */
const nodesCalls =
  `read write writev readv openat close fstat newfstatat statx lseek pread64 mmap mprotect munmap
  mremap brk madvise futex epoll_wait epoll_pwait epoll_ctl eventfd2 rt_sigaction rt_sigprocmask rt_sigreturn
  sigaltstack ioctl fcntl poll ppoll getpid gettid getuid geteuid getgid getegid getrandom clock_gettime
  clock_nanosleep sched_yield sched_getaffinity prctl tgkill exit exit_group readlink access membarrier
  getrusage uname clone clone3 set_robust_list rseq kill dup dup3 pipe2 sysinfo capget getcwd`.split(
    /\s+/,
  );

const profile: SeccompProfile = {
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: EXDEV,
  archMap: [
    { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
  ],
  syscalls: [
    { names: nodesCalls, action: 'SCMP_ACT_ALLOW' },
    { names: ['mkdir'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYS_ADMIN'] } },
  ],
};

describe('a compiled seccomp filter', () => {
  const folder = useFolder();
  useDescriptorCount();
  before(function () {
    if (!canCompileSeccomp() || process.arch !== 'x64') this.skip();
  });

  const table: [caps: string[], mkdir: number][] = [
    [[], EXDEV],
    [['CAP_SYS_ADMIN'], ENOENT],
  ];
  for (const [capabilities, mkdir] of table) {
    it(`works in the kernel, with ${capabilities.join() || 'no capabilities'}`, async () => {
      using children = new Children();
      const subject = { capabilities, arch: process.arch, kernel: release() };
      const program = compileSeccomp(selectRules(profile, subject));
      writeFileSync(folder('bpf'), program);
      const script = fileURLToPath(new URL('./seccomp-child.js', import.meta.url));
      const argv = [process.execPath, script, folder('bpf')];
      const result = await run(children, { file: process.execPath, argv });
      expect(result.stderr).to.equal('');
      expect(JSON.parse(result.stdout)).to.deep.equal({ mkdir, unknown: ENOSYS });
    });
  }
});
