import type { EndpointRecord, NetworkRecord, SandboxRecord } from '../model.js';
import type { AppliedPlan } from '../plan.js';

/** A store of JSON records. A save is done when its promise is. */
export interface Records<T> {
  /** Everything that is stored. */
  values(): readonly T[];
  save(id: string, value: T): Promise<void>;
  /** Unknown ids are fine. */
  remove(id: string): Promise<void>;
}

/**
 * What was done to the kernel for a network, stored before it is done. Volatile. One without a
 * {@link NetworkRecord} of its id is what a crash has left of a creation or a removal.
 */
export interface NetworkState {
  readonly network: NetworkRecord;
  readonly plan: AppliedPlan;
}

/** What was done to the kernel for the host as a whole, stored before it is done. Volatile. */
export interface HostState {
  readonly plan: AppliedPlan;
}

/** The default routes through one endpoint. */
export interface GatewayState {
  readonly endpointId: string;
  readonly plan: AppliedPlan;
}

/** What lets a sandbox talk to one that it is linked to. */
export interface LinkState {
  /** The endpoints of both. */
  readonly client: string;
  readonly server: string;
  readonly plan: AppliedPlan;
}

/** A sandbox with everything that was done to the kernel for it, stored before it is done. Volatile. */
export interface SandboxState {
  readonly record: SandboxRecord;
  /** What belongs to no endpoint: the loopback. */
  readonly plan: AppliedPlan;
  readonly gateways: readonly GatewayState[];
  readonly links?: readonly LinkState[];
  /** Being done or undone at this moment: after a crash it is to be undone. */
  readonly pending: readonly AppliedPlan[];
  /** Endpoints that came or went, which `/etc/hosts` may not have followed yet: after a crash it is to be adapted. */
  readonly unwritten?: readonly EndpointRecord[];
}

/** The same once the files have followed. */
export function written(state: SandboxState): SandboxState {
  const { unwritten: _, ...rest } = state;
  return rest;
}

/** Everything that was done for an endpoint's attachment and ports, in order. */
export function plansOf(endpoint: EndpointRecord): AppliedPlan {
  return [...endpoint.plan, ...endpoint.portPlan];
}

/** Everything that was done for a sandbox, in an order whose reverse undoes it. */
export function wholePlan(state: SandboxState): AppliedPlan {
  const { endpoints } = state.record;
  return [
    ...state.plan,
    ...endpoints.flatMap(({ plan }) => plan),
    ...state.pending.flat(),
    ...state.gateways.flatMap(({ plan }) => plan),
    ...endpoints.flatMap(({ portPlan }) => portPlan),
    ...(state.links ?? []).flatMap(({ plan }) => plan),
  ];
}
