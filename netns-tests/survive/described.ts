import type { TestDaemon } from '../world/daemon.js';

/** The parts of an inspected container that are looked at (Docker API). */
export interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly State: { readonly Status: string };
  readonly Config: { readonly Hostname: string };
  readonly HostConfig: { readonly NetworkMode: string; readonly Links: readonly string[] | null };
  readonly NetworkSettings: {
    readonly Ports: Readonly<
      Record<string, readonly { HostIp: string; HostPort: string }[] | null>
    >;
    readonly Networks: Readonly<Record<string, Endpoint>>;
  };
}

/** One of its networks. */
export interface Endpoint {
  readonly NetworkID: string;
  readonly EndpointID: string;
  readonly MacAddress: string;
  readonly IPAddress: string;
  readonly IPPrefixLen: number;
  readonly Gateway: string;
  readonly GlobalIPv6Address: string;
  readonly GlobalIPv6PrefixLen: number;
  readonly IPv6Gateway: string;
  readonly GwPriority: number;
}

/** An inspected network. */
export interface Network {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly Internal: boolean;
  readonly ConfigOnly: boolean;
  readonly Options: Readonly<Record<string, string>>;
  readonly Containers: Readonly<Record<string, { readonly Name: string }>>;
}

/** Everything that the API says. */
export interface Described {
  readonly containers: readonly Inspected[];
  readonly networks: readonly Network[];
}

/** Asks the daemon for all of it. Nothing may be going on that changes it. */
export async function describeAll({ api }: TestDaemon): Promise<Described> {
  const [containers, networks] = await Promise.all([
    api.must<{ Id: string }[]>('GET', '/containers/json?all=1'),
    api.must<{ Id: string }[]>('GET', '/networks'),
  ]);
  // One that was to vanish with its end may do so between the two questions.
  const inspected = await Promise.all(
    containers.map(({ Id }) => api.ask('GET', `/containers/${Id}/json`)),
  );
  return {
    containers: inspected
      .filter(({ status }) => status !== 404)
      .map(({ body }) => body as Inspected),
    networks: await Promise.all(
      networks.map(({ Id }) => api.must<Network>('GET', `/networks/${Id}`)),
    ),
  };
}

/**
 * Where running containers that it is linked to are on the default bridge. One that has left that itself knows them only
 * until it is started again.
 */
export function friendsOf(
  { HostConfig, NetworkSettings }: Inspected,
  { containers }: Described,
): Endpoint[] {
  if (!NetworkSettings.Networks['bridge']) return [];
  return (HostConfig.Links ?? []).flatMap((link) => {
    // `/server:/client/alias`
    const server = containers.find(({ Name }) => Name === link.split(':')[0]);
    const endpoint = server?.NetworkSettings.Networks['bridge'];
    return endpoint?.IPAddress ? [endpoint] : [];
  });
}
