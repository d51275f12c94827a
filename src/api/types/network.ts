/** Networks on the wire. Docker Engine API: tag `Network`. */
import * as v from 'valibot';
import { count, flag, labels, text, texts } from './fields.js';
import type { PlannedStepView } from './plan.js';

/** Docker API: `IPAM`. */
export const ipam = v.object({
  Driver: text,
  Options: labels,
  Config: v.nullish(
    v.array(v.object({ Subnet: text, IPRange: text, Gateway: text, AuxiliaryAddresses: labels })),
    [],
  ),
});

/** Body of `POST /networks/create`. */
export const networkCreate = v.object({
  Name: text,
  CheckDuplicate: flag,
  Driver: text,
  Scope: text,
  Internal: flag,
  Attachable: flag,
  Ingress: flag,
  ConfigOnly: flag,
  ConfigFrom: v.nullish(v.object({ Network: text })),
  IPAM: v.nullish(ipam),
  EnableIPv4: v.nullish(v.boolean()),
  EnableIPv6: v.nullish(v.boolean()),
  Options: labels,
  Labels: labels,
});
export type NetworkCreate = v.InferOutput<typeof networkCreate>;

/** Docker API: `EndpointSettings` as sent. */
export const endpointSettingsInput = v.object({
  IPAMConfig: v.nullish(v.object({ IPv4Address: text, IPv6Address: text, LinkLocalIPs: texts })),
  Links: texts,
  MacAddress: text,
  Aliases: texts,
  DriverOpts: labels,
  GwPriority: count,
});
export type EndpointSettingsInput = v.InferOutput<typeof endpointSettingsInput>;

/** Body of `POST /networks/{id}/connect`. */
export const networkConnect = v.object({
  Container: text,
  EndpointConfig: v.nullish(endpointSettingsInput),
});
export type NetworkConnect = v.InferOutput<typeof networkConnect>;

/** Body of `POST /networks/{id}/disconnect`. */
export const networkDisconnect = v.object({ Container: text, Force: flag });
export type NetworkDisconnect = v.InferOutput<typeof networkDisconnect>;

/** Docker API: `EndpointSettings` as shown. */
export interface EndpointSettings {
  readonly IPAMConfig: Readonly<Record<string, unknown>> | null;
  readonly Links: readonly string[] | null;
  readonly Aliases: readonly string[] | null;
  readonly MacAddress: string;
  readonly DriverOpts: Readonly<Record<string, string>> | null;
  readonly GwPriority: number;
  readonly NetworkID: string;
  readonly EndpointID: string;
  readonly Gateway: string;
  readonly IPAddress: string;
  readonly IPPrefixLen: number;
  readonly IPv6Gateway: string;
  readonly GlobalIPv6Address: string;
  readonly GlobalIPv6PrefixLen: number;
  readonly DNSNames: readonly string[] | null;
}

/** Docker API: `NetworkInspect`; the list has the same without `Containers`. */
export interface NetworkInspect {
  readonly Name: string;
  readonly Id: string;
  readonly Created: string;
  readonly Scope: string;
  readonly Driver: string;
  readonly EnableIPv4: boolean;
  readonly EnableIPv6: boolean;
  readonly IPAM: {
    readonly Driver: string;
    readonly Options: Readonly<Record<string, string>> | null;
    readonly Config: readonly Readonly<Record<string, unknown>>[];
  };
  readonly Internal: boolean;
  readonly Attachable: boolean;
  readonly Ingress: boolean;
  readonly ConfigFrom: { readonly Network: string };
  readonly ConfigOnly: boolean;
  readonly Containers: Readonly<Record<string, NetworkContainer>>;
  /** Of one that is inspected; not in lists. */
  readonly Status?: {
    readonly IPAM: { readonly Subnets?: Readonly<Record<string, SubnetStatusView>> };
  };
  /** What was done to the kernel, if that was asked for; not part of Docker's API. */
  readonly Plan?: {
    readonly Network: readonly PlannedStepView[];
    /** By the container's name. */
    readonly Containers: Readonly<Record<string, readonly PlannedStepView[]>>;
  };
  readonly Options: Readonly<Record<string, string>>;
  readonly Labels: Readonly<Record<string, string>>;
}

/** How full a subnet is. Docker API: `SubnetStatus`; unsigned 64-bit numbers on the wire, at most. */
export interface SubnetStatusView {
  readonly IPsInUse: bigint;
  readonly DynamicIPsAvailable: bigint;
}

/** Docker Engine API: `NetworkContainer`, an endpoint as `inspect` of a network shows it. */
export interface NetworkContainer {
  readonly Name: string;
  readonly EndpointID: string;
  readonly MacAddress: string;
  readonly IPv4Address: string;
  readonly IPv6Address: string;
}

/** Answer to create. */
export interface NetworkCreated {
  readonly Id: string;
  readonly Warning: string;
}
