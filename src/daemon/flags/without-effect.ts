/**
 * Keys of dockerd's `daemon.json` that a file may have though they change nothing here, and why. Settings that make
 * containers safer are never among them: one that is not known is refused.
 */
export const withoutEffect: Readonly<Record<string, string>> = {
  'allow-nondistributable-artifacts': 'layers are never left out',
  builder: 'there is no builder yet',
  'cdi-spec-dirs': 'devices are not looked up by CDI',
  containerd: 'tsnet works without containerd',
  'containerd-namespace': 'tsnet works without containerd',
  'containerd-plugin-namespace': 'tsnet works without containerd',
  'cpu-rt-period': 'real-time scheduling is set for each container',
  'cpu-rt-runtime': 'real-time scheduling is set for each container',
  'cri-containerd': 'tsnet works without containerd',
  'exec-opts': 'the runtime chooses the cgroup driver: cgroupfs',
  experimental: 'nothing is experimental',
  'log-format': 'the daemon logs as text',
  'metrics-addr': 'there is no metrics endpoint',
  'min-api-version': 'versions from 1.24 on are served',
  'network-control-plane-mtu': 'there is no swarm mode',
  'network-diagnostic-port': 'networks are inspected by `network inspect --plan`',
  'node-generic-resources': 'there is no swarm mode',
  'oom-score-adjust': 'the unit file of the daemon says it',
  'raw-logs': 'the log is never coloured',
  'swarm-default-advertise-addr': 'there is no swarm mode',
  'swarm-raft-election-tick': 'there is no swarm mode',
  'swarm-raft-heartbeat-tick': 'there is no swarm mode',
  'userland-proxy-path': 'the proxy is part of tsnet',
};
