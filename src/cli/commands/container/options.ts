import { type Attachment, parseAttachment } from '../../parse/attachments.js';
import {
  type DeviceRate,
  type DeviceWeight,
  parseByteRate,
  parseDeviceWeight,
  parseOperationRate,
  parseWeight,
} from '../../parse/block-devices.js';
import { checkLabel, checkVariable } from '../../parse/environment.js';
import { integer, list, map, text, toggle, value } from '../../parse/flag.js';
import { type DeviceRequest, parseGpus } from '../../parse/gpus.js';
import { type MountSpec, parseMount } from '../../parse/mounts.js';
import { parseBytes, parseDuration, parseNanoCpus, parseSwap } from '../../parse/numbers.js';
import {
  checkAttach,
  checkDeviceRule,
  checkDns,
  checkHost,
  checkSearch,
  checkSysctl,
  parseUlimit,
  type Ulimit,
} from '../../parse/settings.js';

const process = {
  attach: list('Attach to STDIN, STDOUT or STDERR', { short: 'a', parse: checkAttach }),
  entrypoint: text('Overwrite the default ENTRYPOINT of the image'),
  env: list('Set environment variables', { short: 'e', parse: checkVariable }),
  'env-file': list('Read in a file of environment variables'),
  init: toggle('Run an init inside the container that forwards signals and reaps processes'),
  interactive: toggle('Keep STDIN open even if not attached', { short: 'i' }),
  'stop-signal': text('Signal to stop the container'),
  'stop-timeout': integer('Timeout (in seconds) to stop a container'),
  tty: toggle('Allocate a pseudo-TTY', { short: 't' }),
  user: text('Username or UID (format: <name|uid>[:<group|gid>])', { short: 'u' }),
  workdir: text('Working directory inside the container', { short: 'w' }),
};

const networking = {
  'add-host': list('Add a custom host-to-IP mapping (host:ip)', { parse: checkHost }),
  dns: list('Set custom DNS servers', { parse: checkDns }),
  'dns-option': list('Set DNS options'),
  'dns-opt': list('Set DNS options', { hidden: true }),
  'dns-search': list('Set custom DNS search domains', { parse: checkSearch }),
  domainname: text('Container NIS domain name'),
  expose: list('Expose a port or a range of ports'),
  hostname: text('Container host name', { short: 'h' }),
  ip: text('IPv4 address (e.g., 172.30.100.104)'),
  ip6: text('IPv6 address (e.g., 2001:db8::33)'),
  link: list('Add link to another container'),
  'link-local-ip': list('Container IPv4/IPv6 link-local addresses'),
  'mac-address': text('Container MAC address (e.g., 92:d0:c6:0a:29:33)'),
  network: list<Attachment>('Connect a container to a network', {
    kind: 'network',
    parse: parseAttachment,
  }),
  net: list<Attachment>('Connect a container to a network', {
    kind: 'network',
    hidden: true,
    parse: parseAttachment,
  }),
  'network-alias': list('Add network-scoped alias for the container'),
  'net-alias': list('Add network-scoped alias for the container', { hidden: true }),
  publish: list("Publish a container's port(s) to the host", { short: 'p' }),
  'publish-all': toggle('Publish all exposed ports to random ports', { short: 'P' }),
};

const storage = {
  mount: list<MountSpec>('Attach a filesystem mount to the container', {
    kind: 'mount',
    parse: parseMount,
  }),
  'read-only': toggle("Mount the container's root filesystem as read only"),
  'shm-size': value('Size of /dev/shm', parseBytes, { kind: 'bytes' }),
  'storage-opt': list('Storage driver options for the container'),
  tmpfs: list('Mount a tmpfs directory'),
  volume: list('Bind mount a volume', { short: 'v' }),
  'volume-driver': text('Optional volume driver for the container'),
  'volumes-from': list('Mount volumes from the specified container(s)'),
};

const isolation = {
  'cap-add': list('Add Linux capabilities'),
  'cap-drop': list('Drop Linux capabilities'),
  cgroupns: text(
    "Cgroup namespace to use (host|private)\n'host':    Run the container in the Docker host's cgroup namespace\n" +
      "'private': Run the container in its own private cgroup namespace\n" +
      "'':        Use the cgroup namespace as configured by the\n" +
      '           default-cgroupns-mode option on the daemon (default)',
  ),
  device: list('Add a host device to the container'),
  'device-cgroup-rule': list('Add a rule to the cgroup allowed devices list', {
    parse: checkDeviceRule,
  }),
  gpus: list<DeviceRequest>("GPU devices to add to the container ('all' to pass all GPUs)", {
    kind: 'gpu-request',
    parse: parseGpus,
  }),
  'group-add': list('Add additional groups to join'),
  ipc: text('IPC mode to use'),
  pid: text('PID namespace to use'),
  privileged: toggle('Give extended privileges to this container'),
  runtime: text('Runtime to use for this container'),
  'security-opt': list('Security Options'),
  sysctl: map('Sysctl options', { check: checkSysctl }),
  userns: text('User namespace to use'),
  uts: text('UTS namespace to use'),
};

const rate = (usage: string, parse: (text: string) => DeviceRate) =>
  list<DeviceRate>(usage, { shownDefault: '[]', parse });

const resources = {
  'blkio-weight': value(
    'Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)',
    parseWeight,
    { kind: 'uint16' },
  ),
  'blkio-weight-device': list<DeviceWeight>('Block IO weight (relative device weight)', {
    shownDefault: '[]',
    parse: parseDeviceWeight,
  }),
  'device-read-bps': rate('Limit read rate (bytes per second) from a device', parseByteRate),
  'device-read-iops': rate('Limit read rate (IO per second) from a device', parseOperationRate),
  'device-write-bps': rate('Limit write rate (bytes per second) to a device', parseByteRate),
  'device-write-iops': rate('Limit write rate (IO per second) to a device', parseOperationRate),
  'cgroup-parent': text('Optional parent cgroup for the container'),
  'cpu-period': integer('Limit CPU CFS (Completely Fair Scheduler) period'),
  'cpu-quota': integer('Limit CPU CFS (Completely Fair Scheduler) quota'),
  'cpu-rt-period': integer('Limit CPU real-time period in microseconds'),
  'cpu-rt-runtime': integer('Limit CPU real-time runtime in microseconds'),
  'cpu-shares': integer('CPU shares (relative weight)', { short: 'c' }),
  cpus: value('Number of CPUs', parseNanoCpus, { kind: 'decimal' }),
  'cpuset-cpus': text('CPUs in which to allow execution (0-3, 0,1)'),
  'cpuset-mems': text('MEMs in which to allow execution (0-3, 0,1)'),
  'kernel-memory': value('Kernel memory limit', parseBytes, { kind: 'bytes' }),
  memory: value('Memory limit', parseBytes, { kind: 'bytes', short: 'm' }),
  'memory-reservation': value('Memory soft limit', parseBytes, { kind: 'bytes' }),
  'memory-swap': value(
    "Swap limit equal to memory plus swap: '-1' to enable unlimited swap",
    parseSwap,
    { kind: 'bytes' },
  ),
  'memory-swappiness': integer('Tune container memory swappiness (0 to 100)', {
    shownDefault: '-1',
  }),
  'oom-kill-disable': toggle('Disable OOM Killer'),
  'oom-score-adj': integer("Tune host's OOM preferences (-1000 to 1000)"),
  'pids-limit': integer('Tune container pids limit (set -1 for unlimited)'),
  ulimit: list<Ulimit>('Ulimit options', {
    kind: 'ulimit',
    shownDefault: '[]',
    parse: parseUlimit,
  }),
};

const duration = (usage: string) =>
  value(usage, parseDuration, { kind: 'duration', shownDefault: '0s' });

const life = {
  annotation: map('Add an annotation to the container (passed through to the OCI runtime)'),
  cidfile: text('Write the container ID to the file'),
  'health-cmd': text('Command to run to check health'),
  'health-interval': duration('Time between running the check (ms|s|m|h)'),
  'health-retries': integer('Consecutive failures needed to report unhealthy'),
  'health-start-interval': duration(
    'Time between running the check during the start period (ms|s|m|h)',
  ),
  'health-start-period': duration(
    'Start period for the container to initialize before starting health-retries countdown (ms|s|m|h)',
  ),
  'health-timeout': duration('Maximum time to allow one check to run (ms|s|m|h)'),
  help: toggle('Print usage'),
  label: list('Set meta data on a container', { short: 'l', parse: checkLabel }),
  'label-file': list('Read in a line delimited file of labels'),
  'log-driver': text('Logging driver for the container'),
  'log-opt': list('Log driver options'),
  name: text('Assign a name to the container'),
  'no-healthcheck': toggle('Disable any container-specified HEALTHCHECK'),
  platform: text('Set platform if server is multi-platform capable'),
  pull: text('Pull image before running ("always", "missing", "never")', { initial: 'missing' }),
  quiet: toggle('Suppress the pull output', { short: 'q' }),
  restart: text('Restart policy to apply when a container exits', { initial: 'no' }),
  rm: toggle(
    'Automatically remove the container and its associated anonymous volumes when it exits',
  ),
};

/** Flags that `create` and `run` share. */
export const containerFlags = {
  ...process,
  ...networking,
  ...storage,
  ...isolation,
  ...resources,
  ...life,
};

/** The flags that `run` and `create` share. */
export type ContainerFlags = typeof containerFlags;
