/** Name of the profile that containers have by default: Docker's, so that either engine's serves both. */
export const defaultProfileName = 'docker-default';

/** What the profile is written for. */
export interface ProfileSubject {
  /** The profile that the daemon itself runs under: `unconfined`, or a name. */
  readonly daemonProfile: string;
  /** Whether there is such a file below `/etc/apparmor.d`. */
  hasFile(name: string): boolean;
}

/** Version of the language. In a later one `network` means less, and unix sockets would be refused. */
const abi = 'abi/3.0';
const variables = 'tunables/global';
const base = 'abstractions/base';

/** What is plainly allowed: what a container may do is decided by capabilities, namespaces and the system call filter. */
const allowed = ['network', 'capability', 'file', 'umount'];

/** What nothing in a container may do, whatever else is forgotten: Docker's protections. */
const denied = [
  '# The crypto sockets of the kernel.',
  'network alg',
  'mount',
  '# Files right below /proc.',
  '@{PROC}/* w',
  '# Folders there, but for those of processes (numbers) and sys.',
  '@{PROC}/{[^1-9/],[^1-9/][^0-9/],[^1-9s/][^0-9y/][^0-9s/],[^1-9/][^0-9/][^0-9/][^0-9/]*}/** w',
  '# Of sys just kernel/shm*, which belongs to the IPC namespace.',
  '@{PROC}/sys/[^k]** w',
  '@{PROC}/sys/kernel/{?,??,[^s][^h][^m]**} w',
  '# The keys that restart a machine, and its memory.',
  '@{PROC}/sysrq-trigger rwklx',
  '@{PROC}/kcore rwklx',
  '# Of /sys just fs/cgroup.',
  '/sys/[^f]*/** wklx',
  '/sys/f[^s]*/** wklx',
  '/sys/fs/[^c]*/** wklx',
  '/sys/fs/c[^g]*/** wklx',
  '/sys/fs/cg[^r]*/** wklx',
  '# Not even to be read.',
  '/sys/firmware/** rwklx',
  '/sys/devices/virtual/powercap/** rwklx',
  '/sys/kernel/security/** rwklx',
];

/** Text of the default profile for apparmor_parser(8), in the language of apparmor.d(5). */
export function defaultProfile({ daemonProfile, hasFile }: ProfileSubject): string {
  const name = JSON.stringify(defaultProfileName);
  // Programs that signal containers: those that nothing confines, the daemon, and runtimes with profiles of their own.
  const senders = [...new Set(['unconfined', JSON.stringify(daemonProfile), 'runc', 'crun'])];
  const rules = [
    ...(hasFile(base) ? [`include <${base}>`] : []),
    ...allowed.map((rule) => `${rule},`),
    ...senders.map((peer) => `signal (receive) peer=${peer},`),
    `signal (send, receive) peer=${name},`,
    `ptrace (trace, tracedby, read, readby) peer=${name},`,
    ...denied.map((rule) => (rule.startsWith('#') ? rule : `deny ${rule},`)),
  ];
  return [
    '# Made by tsnet for containers that name no profile.',
    ...(hasFile(abi) ? [`abi <${abi}>,`] : []),
    hasFile(variables) ? `include <${variables}>` : '@{PROC}=/proc/',
    `profile ${name} flags=(attach_disconnected, mediate_deleted) {`,
    ...rules.map((rule) => `  ${rule}`),
    '}',
    '',
  ].join('\n');
}
