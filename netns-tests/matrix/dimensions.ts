import type { Protocol } from './question.js';

/** What one daemon of the matrix is started with, and on what host. */
export interface Configuration {
  readonly backend: 'nftables' | 'iptables';
  /** `--userland-proxy`. */
  readonly proxy: boolean;
  /** Policy of the host's own FORWARD chain. */
  readonly forward: 'accept' | 'drop';
  /** Whether br_netfilter shows the host's firewall what neighbours send each other; many hosts haven't loaded it. */
  readonly frames: 'shown' | 'hidden';
}

/** When the matrix is gone through: each is done to the daemon of a configuration after the one before. */
export const stages = ['fresh', 'restarted', 'reloaded', 'moved', 'moved back'] as const;
export type Stage = (typeof stages)[number];

/** Gateway modes and kinds of networks, in the order of the table. */
export const modes = ['nat', 'nat-unprotected', 'routed', 'internal', 'isolated'] as const;
export type Mode = (typeof modes)[number];

/** A network whose container is asked for. */
export interface Column {
  /** Third byte of its subnet 172.20.x.0/24, and last digits of its ports. */
  readonly number: number;
  readonly mode: Mode;
  readonly icc: boolean;
  readonly families: readonly (4 | 6)[];
}

/** Each mode with ICC on and off, and a network of IPv4 alone, which IPv6 clients can reach by the proxy only. */
export const columns: readonly Column[] = [
  ...modes.flatMap((mode) =>
    [true, false].map((icc) => ({ mode, icc, families: [4, 6] as const })),
  ),
  { mode: 'nat' as const, icc: true, families: [4] as const },
].map((column, at) => ({ ...column, number: at + 1 }));

/** Who asks. */
export type Client =
  | 'LAN'
  | 'remote'
  | 'host'
  | 'same bridge'
  | 'nat bridge'
  | 'routed bridge'
  | 'internal bridge'
  | 'itself';

/**
 * Who is asked. `loopback`: the port is published on 127.0.0.1 and [::1] of the host, and asked for there, by the
 * host itself, or by a machine that sends packets for 127.0.0.1 to the host. `service`: a program of the host, at
 * the bridge's address.
 */
export type Target =
  | 'host:published'
  | 'container:published'
  | 'container:unpublished'
  | 'container:ping'
  | 'loopback:published'
  | 'host:service'
  | 'outside';

/** `nat` and `own` say which address the outside sees: the host's, or the container's own. */
export type Outcome = 'ok' | 'no' | 'nat' | 'own';

/** Where one probe belongs. */
export interface Place {
  readonly configuration: Configuration;
  readonly stage: Stage;
  readonly client: Client;
  readonly target: Target;
  readonly column: Column;
  readonly family: 4 | 6;
  readonly protocol: Protocol;
}

/** What is asked of a target. */
export function protocolsOf(target: Target): readonly Protocol[] {
  if (target === 'container:ping') return ['ping'];
  return target === 'outside' ? ['tcp', 'udp', 'ping'] : ['tcp', 'udp'];
}

/** `nftables, proxy on, FORWARD accept`. */
export function titleOf({ backend, proxy, forward, frames }: Configuration): string {
  const hidden = frames === 'hidden' ? ', without br_netfilter' : '';
  return `${backend}, proxy ${proxy ? 'on' : 'off'}, FORWARD ${forward}${hidden}`;
}
