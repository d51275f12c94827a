import type { SeccompArg, SeccompCondition } from '../../../native/seccomp/profile.js';

/** System calls that are let through, or refused with an errno of their own. */
export interface SyscallGroup {
  /** Names, space-separated. */
  readonly names: string;
  /** All must hold. */
  readonly args?: readonly SeccompArg[];
  /** Refuse with this errno instead of allowing. */
  readonly errno?: number;
  /** All capabilities present, one of the architectures, the kernel at least that new. */
  readonly when?: SeccompCondition;
  /** None of the capabilities, none of the architectures. */
  readonly unless?: SeccompCondition;
}

const ENOSYS = 38;
const AF_ALG = 38;
const AF_VSOCK = 40;

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET (linux/sched.h). */
const NAMESPACE_FLAGS =
  0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000;

/** Execution domains that programs ask for: Linux, 16-bit uname, no randomisation, both, and "what is it now". */
const PERSONALITIES = [0x0, 0x0008, 0x20000, 0x20008, 0xffffffff];

/** What every program may call. */
const EVERYDAY = `
  _llseek _newselect accept accept4 access adjtimex alarm bind brk cachestat capget capset chdir
  chmod chown chown32 clock_adjtime clock_adjtime64 clock_getres clock_getres_time64
  clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64 close close_range connect
  copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_ctl_old
  epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 execve execveat exit
  exit_group faccessat faccessat2 fadvise64 fadvise64_64 fallocate fanotify_mark fchdir fchmod
  fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr flistxattr flock
  fork fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate
  ftruncate64 futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake futimesat
  get_robust_list get_thread_area getcpu getcwd getdents getdents64 getegid getegid32 geteuid
  geteuid32 getgid getgid32 getgroups getgroups32 getitimer getpeername getpgid getpgrp getpid
  getppid getpriority getrandom getresgid getresgid32 getresuid getresuid32 getrlimit getrusage
  getsid getsockname getsockopt gettid gettimeofday getuid getuid32 getxattr getxattrat
  inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy
  io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit ioctl ioprio_get ioprio_set
  ipc kill landlock_add_rule landlock_create_ruleset landlock_restrict_self lchown lchown32
  lgetxattr link linkat listen listmount listxattr listxattrat llistxattr lremovexattr lseek
  lsetxattr lstat lstat64 madvise map_shadow_stack membarrier memfd_create memfd_secret mincore
  mkdir mkdirat mknod mknodat mlock mlock2 mlockall mmap mmap2 mprotect mq_getsetattr mq_notify
  mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink
  mremap mseal msgctl msgget msgrcv msgsnd msync munlock munlockall munmap name_to_handle_at
  nanosleep newfstatat open openat openat2 pause pidfd_open pidfd_send_signal pipe pipe2
  pkey_alloc pkey_free pkey_mprotect poll ppoll ppoll_time64 prctl pread64 preadv preadv2
  prlimit64 process_mrelease pselect6 pselect6_time64 pwrite64 pwritev pwritev2 read readahead
  readlink readlinkat readv recv recvfrom recvmmsg recvmmsg_time64 recvmsg remap_file_pages
  removexattr removexattrat rename renameat renameat2 restart_syscall riscv_hwprobe rmdir rseq
  rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend
  rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_get_priority_max
  sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler
  sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setattr
  sched_setparam sched_setscheduler sched_yield seccomp select semctl semget semop semtimedop
  semtimedop_time64 send sendfile sendfile64 sendmmsg sendmsg sendto set_robust_list
  set_thread_area set_tid_address setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32
  setgroups setgroups32 setitimer setpgid setpriority setregid setregid32 setresgid setresgid32
  setresuid setresuid32 setreuid setreuid32 setrlimit setsid setsockopt setuid setuid32 setxattr
  setxattrat shmat shmctl shmdt shmget shutdown sigaltstack signalfd signalfd4 sigprocmask
  sigreturn socketcall socketpair splice stat stat64 statfs statfs64 statmount statx symlink
  symlinkat sync sync_file_range syncfs sysinfo tee tgkill time timer_create timer_delete
  timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create
  timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times tkill truncate
  truncate64 ugetrlimit umask uname unlink unlinkat uretprobe utime utimensat utimensat_time64
  utimes vfork vmsplice wait4 waitid waitpid write writev
`;

/**
 * What Docker's default seccomp profile lets through; everything else is refused with EPERM. Facts from
 * moby/profiles `seccomp/default.json`: sockets of AF_ALG and AF_VSOCK leave the container or reach little-tested
 * kernel code; clone must not make namespaces; clone3, whose flags a filter can't see, pretends not to exist, so
 * that libc falls back to clone.
 */
export const syscallGroups: readonly SyscallGroup[] = [
  { names: EVERYDAY },
  { names: 'process_vm_readv process_vm_writev ptrace', when: { minKernel: '4.8' } },
  { names: 'socket', args: [{ index: 0, value: AF_ALG, op: 'SCMP_CMP_LT' }] },
  { names: 'socket', args: [{ index: 0, value: AF_ALG + 1, op: 'SCMP_CMP_EQ' }] },
  { names: 'socket', args: [{ index: 0, value: AF_VSOCK, op: 'SCMP_CMP_GT' }] },
  ...PERSONALITIES.map(
    (value): SyscallGroup => ({
      names: 'personality',
      args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }],
    }),
  ),
  { names: 'sync_file_range2 swapcontext', when: { arches: ['ppc64le'] } },
  {
    names: 'arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls',
    when: { arches: ['arm', 'arm64'] },
  },
  { names: 'arch_prctl', when: { arches: ['amd64', 'x32'] } },
  { names: 'modify_ldt', when: { arches: ['amd64', 'x32', 'x86'] } },
  {
    names: 's390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr',
    when: { arches: ['s390', 's390x'] },
  },
  { names: 'riscv_flush_icache', when: { arches: ['riscv64'] } },
  { names: 'open_by_handle_at', when: { caps: ['CAP_DAC_READ_SEARCH'] } },
  {
    names: `bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie
      lsm_get_self_attr lsm_list_modules lsm_set_self_attr mount mount_setattr move_mount open_tree
      perf_event_open quotactl quotactl_fd setdomainname sethostname setns syslog umount umount2 unshare`,
    when: { caps: ['CAP_SYS_ADMIN'] },
  },
  {
    names: 'clone',
    args: [{ index: 0, value: NAMESPACE_FLAGS, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    unless: { caps: ['CAP_SYS_ADMIN'], arches: ['s390', 's390x'] },
  },
  {
    // s390 has clone's first two arguments the other way round.
    names: 'clone',
    args: [{ index: 1, value: NAMESPACE_FLAGS, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    when: { arches: ['s390', 's390x'] },
    unless: { caps: ['CAP_SYS_ADMIN'] },
  },
  { names: 'clone3', errno: ENOSYS, unless: { caps: ['CAP_SYS_ADMIN'] } },
  { names: 'reboot', when: { caps: ['CAP_SYS_BOOT'] } },
  { names: 'chroot', when: { caps: ['CAP_SYS_CHROOT'] } },
  { names: 'delete_module init_module finit_module', when: { caps: ['CAP_SYS_MODULE'] } },
  { names: 'acct', when: { caps: ['CAP_SYS_PACCT'] } },
  {
    names: 'kcmp pidfd_getfd process_madvise process_vm_readv process_vm_writev ptrace',
    when: { caps: ['CAP_SYS_PTRACE'] },
  },
  { names: 'iopl ioperm', when: { caps: ['CAP_SYS_RAWIO'] } },
  {
    names: 'settimeofday stime clock_settime clock_settime64',
    when: { caps: ['CAP_SYS_TIME'] },
  },
  { names: 'vhangup', when: { caps: ['CAP_SYS_TTY_CONFIG'] } },
  {
    names: 'get_mempolicy mbind set_mempolicy set_mempolicy_home_node',
    when: { caps: ['CAP_SYS_NICE'] },
  },
  { names: 'syslog', when: { caps: ['CAP_SYSLOG'] } },
  { names: 'bpf', when: { caps: ['CAP_BPF'] } },
  { names: 'perf_event_open', when: { caps: ['CAP_PERFMON'] } },
];

/** The architectures that a kernel runs beside its own: the filter has to cover them too. */
export const architectureMap: readonly {
  readonly architecture: string;
  readonly subArchitectures: readonly string[];
}[] = [
  {
    architecture: 'SCMP_ARCH_X86_64',
    subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  },
  { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
  { architecture: 'SCMP_ARCH_S390X', subArchitectures: ['SCMP_ARCH_S390'] },
  { architecture: 'SCMP_ARCH_PPC64LE', subArchitectures: [] },
  { architecture: 'SCMP_ARCH_RISCV64', subArchitectures: [] },
  { architecture: 'SCMP_ARCH_LOONGARCH64', subArchitectures: [] },
];
