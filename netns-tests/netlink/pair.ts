import { expect } from 'chai';
import type { Rtnetlink } from '../../src/native/netlink-ts/index.js';
import { NetlinkError, openRtnetlink } from '../../src/native/netlink-ts/index.js';
import { currentNetns, ScratchNamespaces, skipWithoutRoot } from './scratch.js';

/** What `ip -j -d link` tells of a link. */
export interface IpLink {
  readonly ifname: string;
  readonly mtu: number;
  readonly address: string;
  readonly flags: readonly string[];
  readonly master?: string;
  readonly ifalias?: string;
  readonly ifindex: number;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: Record<string, unknown>;
    readonly info_slave_data?: Record<string, unknown>;
  };
}

/** What `ip -j address` tells of a link. */
export interface IpAddress {
  readonly addr_info: readonly Record<string, unknown>[];
}

/** Two namespaces with rtnetlink in each: one plays the host, the other a container. New for each test. */
export interface Pair {
  readonly scratch: ScratchNamespaces;
  readonly host: number;
  readonly far: number;
  readonly net: Rtnetlink;
  readonly farNet: Rtnetlink;
}

/** Makes a pair before each test, ends it after, and fails a test that leaves the thread in another namespace. */
export function usePair(): () => Pair {
  const state: { scratch?: ScratchNamespaces; pair?: Pair; home?: string } = {};
  before(async function () {
    skipWithoutRoot(this);
    state.scratch = await ScratchNamespaces.create();
    state.home = currentNetns();
  });
  beforeEach(() => {
    const { scratch } = state;
    if (!scratch) throw new Error('not set up');
    const host = scratch.make();
    const far = scratch.make();
    const net = scratch.inside(host, openRtnetlink);
    const farNet = scratch.inside(far, openRtnetlink);
    state.pair = { scratch, host, far, net, farNet };
  });
  afterEach(() => {
    state.pair?.net[Symbol.dispose]();
    state.pair?.farNet[Symbol.dispose]();
    expect(currentNetns()).to.equal(state.home);
  });
  after(() => state.scratch?.[Symbol.dispose]());
  return () => {
    if (!state.pair) throw new Error('not set up');
    return state.pair;
  };
}

/** A link as `ip` sees it. */
export function ipLink(pair: Pair, name: string, fd = pair.host): IpLink | undefined {
  return pair.scratch.json<IpLink[]>(fd, 'ip', '-d', 'link', 'show', 'dev', name)[0];
}

/** Makes `br0`, up. */
export function addBridge({ net }: Pair): void {
  net.addLink({ kind: 'bridge', name: 'br0', up: true });
}

/** Makes a port of `br0`, up; the other end is in the far namespace. */
export function addPort({ net, far }: Pair, name: string): void {
  const peer = { name: `${name}-peer`, netnsFd: far };
  net.addLink({ kind: 'veth', name, master: 'br0', up: true, peer });
}

/** The error that `act` throws. */
export function refusal(act: () => void): NetlinkError {
  try {
    act();
  } catch (error) {
    if (error instanceof NetlinkError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
