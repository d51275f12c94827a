/**
 * What is to be done to the kernel, as data. A driver makes a {@link Plan} without touching anything;
 * `apply.ts` carries it out, remembers what each undo needs, and can undo it, also after a restart,
 * because an applied plan is stored with the object that it was made for.
 */
import type {
  IpvlanFlag,
  IpvlanMode,
  MacvlanMode,
  RouteSpec,
  VethPeer,
} from '../native/netlink-ts/model.js';
import type { FirewallPolicy } from './firewall/model.js';
import type { Netns, ProxyForward } from './kernel.js';
import type { PortBinding } from './model.js';

/** A link that a plan creates. Namespaces are named by path; descriptors don't outlive the process. */
export type PlannedLink =
  | {
      readonly kind: 'bridge';
      readonly name: string;
      /** Absent: the kernel's choice. Then a bridge that has never had a port has a carrier. */
      readonly mac?: string;
      readonly mtu?: number;
    }
  | {
      readonly kind: 'veth';
      /** The end that stays in the step's namespace. */
      readonly name: string;
      readonly mtu?: number;
      readonly bridge: string;
      readonly hairpin?: boolean;
      readonly peer: Omit<VethPeer, 'netnsFd'> & { readonly netns: Netns };
    }
  | { readonly kind: 'dummy'; readonly name: string; readonly mtu?: number }
  /** Without `mac` the kernel chooses, or in mode `passthru` takes the parent's. */
  | ({ readonly kind: 'macvlan'; readonly mode: MacvlanMode; readonly mac?: string } & OnParent)
  | ({ readonly kind: 'ipvlan'; readonly mode: IpvlanMode; readonly flag: IpvlanFlag } & OnParent)
  | {
      /** A VLAN sub-interface; it is up at once. Several networks may plan the same one. */
      readonly kind: 'vlan';
      readonly name: string;
      readonly parent: string;
      /** The 802.1Q tag, 1 to 4094. */
      readonly id: number;
    };

/** A link in the step's namespace that shares the wire of one of the host's. */
interface OnParent {
  readonly name: string;
  /** Name of the host's link. */
  readonly parent: string;
  /** Default: the parent's. */
  readonly mtu?: number;
}

/** Every kind of step with its arguments. */
export interface StepArgs {
  /**
   * A link that stood there before is used, and never removed (`memory.existed`); only for bridges and VLAN
   * sub-interfaces.
   */
  readonly 'link.add': { readonly netns: Netns; readonly link: PlannedLink };
  readonly 'link.up': { readonly netns: Netns; readonly name: string };
  readonly 'addr.add': { readonly netns: Netns; readonly link: string; readonly address: string };
  readonly 'route.add': { readonly netns: Netns; readonly route: RouteSpec };
  /**
   * `ifPresent`: a kernel without the key is fine.
   */
  readonly 'sysctl.set': {
    readonly netns: Netns;
    readonly key: readonly string[];
    readonly value: string;
    readonly ifPresent?: boolean;
  };
  readonly 'firewall.add': { readonly policy: FirewallPolicy };
  readonly 'port.reserve': { readonly owner: string; readonly bindings: readonly PortBinding[] };
  /** The bindings are among those that a step before has reserved. */
  readonly 'proxy.add': { readonly owner: string; readonly forwards: readonly ProxyForward[] };
  /**
   * Forgets tracked flows, when applied and when undone: old ones would go to the wrong place. `only`: those
   * left by others were forgotten by their own undo; the kernel takes milliseconds, which a start can spare.
   */
  readonly 'conntrack.flush': {
    readonly only?: 'undo';
    readonly addresses: readonly string[];
    readonly hostPorts: readonly Pick<PortBinding, 'protocol' | 'hostPort' | 'count'>[];
  };
}

/** What applying a step found, where the undo needs it. */
export interface StepMemory {
  readonly 'link.add': { readonly existed: boolean };
  readonly 'link.up': undefined;
  readonly 'addr.add': { readonly existed: boolean };
  readonly 'route.add': undefined;
  /** The value before; absent if the key was not there. */
  readonly 'sysctl.set': { readonly before?: string };
  readonly 'firewall.add': undefined;
  readonly 'port.reserve': undefined;
  readonly 'proxy.add': undefined;
  readonly 'conntrack.flush': undefined;
}

/** The name of a kind of step. */
export type StepKind = keyof StepArgs;

/** One thing to do. */
export type Step = {
  readonly [K in StepKind]: { readonly kind: K; readonly args: StepArgs[K] };
}[StepKind];

/** Things to do, in order. */
export type Plan = readonly Step[];

/** One thing done. */
export type AppliedStep = {
  readonly [K in StepKind]: {
    readonly kind: K;
    readonly args: StepArgs[K];
    readonly memory: StepMemory[K];
  };
}[StepKind];

/** Things done, in the order they were done. JSON. */
export type AppliedPlan = readonly AppliedStep[];

/** Makes a step; the kind decides the type of the arguments. */
export function step<K extends StepKind>(kind: K, args: StepArgs[K]): Step {
  return { kind, args } as Step;
}
