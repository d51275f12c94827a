import { readlinkSync } from 'node:fs';
import type { Probed } from './probing.js';

const EPERM = 1;
const ENOSYS = 38;

/**
 * System calls (x86-64) that Docker's filter let through later than in 20.10: name_to_handle_at, process_vm_readv and
 * process_vm_writev (which ask for the right to trace), the pkey ones, cachestat, fchmodat2, map_shadow_stack, the futex
 * ones, statmount, listmount, mseal and those for attributes of files.
 */
const later = new Set([
  303, 310, 311, 329, 330, 331, 451, 452, 453, 454, 455, 456, 457, 458, 462, 463, 464, 465, 466,
]);

/**
 * What crun does otherwise than runc: kernel files that are mounted read-only, and the console, lose options that make no
 * difference there, as there are no programs and no device files below. The name `core` leads to a masked file.
 */
const byCrun = [
  /^mount (\/proc\/(bus|fs|irq|sys)|\/dev\/console) without /,
  /^device \/dev\/core /,
];

/** What a container can do that one of dockerd's can't. Empty is as it must be. */
export function extraRights(ours: Probed, theirs: Probed, runtime: string): string[] {
  const all = [
    ...capabilities(ours, theirs),
    ...filter(ours, theirs),
    ...mountRights(ours, theirs),
    ...kernelFiles(ours, theirs),
    ...deviceRights(ours, theirs),
    ...namespaceRights(ours, theirs),
    ...sameThings(ours, theirs),
  ];
  const accepted = runtime === 'crun' ? byCrun : [];
  return all.filter((right) => !accepted.some((pattern) => pattern.test(right)));
}

function capabilities(ours: Probed, theirs: Probed): string[] {
  const titles = Object.keys(theirs.status).filter((title) => title.startsWith('Cap'));
  return titles.flatMap((title) => {
    const [own = 0n, other = 0n] = [ours, theirs].map(({ status }) => BigInt(`0x${status[title]}`));
    const more = own & ~other;
    return more === 0n ? [] : [`${title} ${more.toString(16)}`];
  });
}

function filter(ours: Probed, theirs: Probed): string[] {
  const weaker = ['NoNewPrivs', 'Seccomp'].filter(
    (title) => Number(ours.status[title]) < Number(theirs.status[title]),
  );
  const isBlocked = (errno: number | undefined) => errno === EPERM || errno === ENOSYS;
  const calls = Object.entries(theirs.calls).filter(
    ([number, errno]) =>
      isBlocked(errno) && !isBlocked(ours.calls[number]) && !later.has(Number(number)),
  );
  const sockets = Object.entries(theirs.sockets).filter(
    ([family, errno]) => isBlocked(errno) && !isBlocked(ours.sockets[family]),
  );
  return [
    ...weaker.map((title) => `less ${title}`),
    ...calls.map(([number]) => `call ${number}`),
    ...sockets.map(([family]) => `socket of family ${family}`),
  ];
}

const protections = ['ro', 'nosuid', 'nodev', 'noexec'];

function mountRights(ours: Probed, theirs: Probed): string[] {
  const optionsAt = ({ mounts }: Probed) =>
    new Map(
      mounts.map((line) => {
        const [point = '', , options = ''] = line.split(' ');
        return [point, options.split(',')];
      }),
    );
  const [own, other] = [optionsAt(ours), optionsAt(theirs)];
  const missing = [...other.keys()].filter((point) => !own.has(point));
  const weaker = [...own].flatMap(([point, options]) => {
    const lost = protections.filter(
      (option) => other.get(point)?.includes(option) && !options.includes(option),
    );
    // A mask may be of another kind: a device file that is always empty, or an empty folder.
    const isMask = /^\/(proc|sys)\//.test(point) && !options.includes('rw');
    return lost.length > 0 && !(isMask && lost.join() === 'nosuid')
      ? [`mount ${point} without ${lost.join()}`]
      : [];
  });
  return [...missing.map((point) => `nothing mounted over ${point}`), ...weaker];
}

function kernelFiles(ours: Probed, theirs: Probed): string[] {
  const writable = ours.writable.filter((path) => !theirs.writable.includes(path));
  const tells = (what: string | undefined) => what === 'text' || what === 'some files';
  const told = Object.keys(ours.secrets).filter(
    (path) => tells(ours.secrets[path]) && !tells(theirs.secrets[path]),
  );
  return [...writable.map((path) => `write ${path}`), ...told.map((path) => `read ${path}`)];
}

function deviceRights(ours: Probed, theirs: Probed): string[] {
  const more = ours.devices.filter((line) => !theirs.devices.includes(line));
  const opened = Object.keys(ours.nodes).filter(
    (node) => ours.nodes[node] === 'opened' && theirs.nodes[node] !== 'opened',
  );
  return [...more.map((line) => `device ${line}`), ...opened.map((node) => `open ${node}`)];
}

/** Namespaces that are those of this test, which plays the host. */
function namespaceRights(ours: Probed, theirs: Probed): string[] {
  const shared = ({ namespaces }: Probed) =>
    Object.keys(namespaces).filter(
      (name) => namespaces[name] === readlinkSync(`/proc/self/ns/${name}`),
    );
  const less = shared(ours).filter((name) => !shared(theirs).includes(name));
  return less.map((name) => `the host's namespace ${name}`);
}

/** What has to be the same, as there is no more or less of it. */
function sameThings(ours: Probed, theirs: Probed): string[] {
  const parts = [
    'descriptors',
    'environment',
    'cwd',
    'maps',
    'limits',
    'oomScore',
    'label',
    'processes',
  ] as const;
  const seesAll = ours.namespaces['pid'] === readlinkSync('/proc/self/ns/pid');
  const compared = parts.filter((part) => part !== 'processes' || !seesAll);
  return compared.flatMap((part) => {
    const [own, other] = [JSON.stringify(ours[part]), JSON.stringify(theirs[part])];
    return own === other ? [] : [`${part}: ${own} instead of ${other}`];
  });
}
