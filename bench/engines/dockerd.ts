import { accessSync, constants, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Places, Recipe } from './recipe.js';

/** The programs of Debian's docker.io that the comparison runs. */
const PROGRAMS = ['dockerd', 'containerd', 'containerd-shim-runc-v2', 'runc', 'iptables'];

/** The programs that are missing on this machine. */
export function missingPrograms(path: string): string[] {
  const folders = path.split(':');
  return PROGRAMS.filter((name) => !folders.some((folder) => isExecutable(join(folder, name))));
}

/**
 * Docker as Debian packages it: defaults, but for folders. The containerd is its own, started beside it as
 * Debian's service does; dockerd left alone would use the machine's if there is one.
 */
export const dockerd: Recipe = {
  name: 'docker',

  prepare(places) {
    // The key file would be made in /etc/docker.
    const settings = { 'deprecated-key-path': join(places.folder, 'key.json') };
    writeFileSync(join(places.folder, 'daemon.json'), JSON.stringify(settings));
    writeFileSync(containerdConfig(places), containerdSettings(places));
  },

  companion(places) {
    const argv = ['containerd', '--config', containerdConfig(places), '--log-level', 'warn'];
    return { argv, socket: containerdSocket(places) };
  },

  daemon: (places) => [
    'dockerd',
    ...['--config-file', join(places.folder, 'daemon.json')],
    ...['--data-root', places.data, '--exec-root', join(places.run, 'docker')],
    ...['--pidfile', join(places.run, 'dockerd.pid'), '-H', `unix://${places.socket}`],
    ...['--containerd', containerdSocket(places), '--storage-driver', 'overlay2'],
    ...['--exec-opt', 'native.cgroupdriver=cgroupfs', '--iptables=true', '--live-restore'],
    // Its own pools are used up after 31 networks.
    ...['--default-address-pool', 'base=10.0.0.0/8,size=24'],
    ...['--log-level', 'warn'],
  ],
};

function containerdConfig({ folder }: Places): string {
  return join(folder, 'containerd.toml');
}

function containerdSocket({ run }: Places): string {
  return join(run, 'containerd.sock');
}

function containerdSettings(places: Places): string {
  return `version = 2
root = "${join(places.data, 'containerd')}"
state = "${join(places.run, 'containerd')}"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "${containerdSocket(places)}"
[plugins."io.containerd.internal.v1.opt"]
path = "${join(places.folder, 'opt')}"
`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
