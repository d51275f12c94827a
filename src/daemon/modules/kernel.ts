import { join } from 'node:path';
import { ContainerModule } from 'inversify';
import { formatIp, parseIp } from '../../base/ip.js';
import { cnmNeeds } from '../../cnm/ids.js';
import { PortAllocator } from '../../cnm/ports/allocator.js';
import { Children } from '../../native/children.js';
import { openConntrack } from '../../native/conntrack.js';
import { openRtnetlink } from '../../native/netlink-ts/index.js';
import { Namespaces } from '../../native/netns.js';
import { sysctls } from '../../native/sysctl.js';
import {
  childrenId,
  clockId,
  hostFirewallId,
  hostSocketsId,
  lifetimeId,
  loggerId,
  namespacesId,
  proxyId,
  proxyPartsId,
  settingsId,
} from '../ids.js';
import { ConntrackQueue } from '../kernel/conntrack-queue.js';
import { noProxy } from '../kernel/hands-off.js';
import { openHostFirewall } from '../kernel/host-firewall.js';
import { HostKernel } from '../kernel/host-kernel.js';
import { HostSocketStore } from '../kernel/host-socket-store.js';
import { ephemeralPorts, heldPorts } from '../kernel/host-sockets.js';
import { endProxy } from '../kernel/proxy-former.js';
import { UserlandProxy } from '../kernel/userland-proxy.js';

/** The kernel: everything here belongs to the namespace that the daemon was started in. */
export const kernelModule = new ContainerModule(({ bind }) => {
  bind(childrenId).toResolvedValue((lifetime) => lifetime.own(new Children()), [lifetimeId]);
  bind(namespacesId).toResolvedValue((lifetime) => lifetime.own(new Namespaces()), [lifetimeId]);
  bind(hostSocketsId).toResolvedValue(
    (lifetime, logger) => lifetime.own(new HostSocketStore({ logger })),
    [lifetimeId, loggerId],
  );
  bind(cnmNeeds.ports).toResolvedValue(
    (sockets, { listening }) => {
      const ports = new PortAllocator({ sockets, ephemeral: () => ephemeralPorts(sysctls) });
      for (const address of listening.addresses) {
        const own = address.type === 'tcp' ? parseIp(address.host) : undefined;
        if (own && address.type === 'tcp') ports.exclude('tcp', formatIp(own), address.port);
      }
      return ports;
    },
    [hostSocketsId, settingsId],
  );
  bind(proxyId).toResolvedValue(
    ({ execRoot, firewall }, store, children, parts) => {
      const path = join(execRoot, 'proxy.sock');
      if (firewall.policies.userlandProxy)
        return parts.lifetime.own(new UserlandProxy({ path, store, children, ...parts }));
      endProxy(path);
      return noProxy;
    },
    [settingsId, hostSocketsId, childrenId, proxyPartsId],
  );
  bind(proxyPartsId).toResolvedValue(
    (lifetime, clock, logger) => ({ lifetime, clock, logger }),
    [lifetimeId, clockId, loggerId],
  );
  bind(hostFirewallId).toResolvedValue(
    (settings, lifetime, logger) =>
      openHostFirewall({
        settings: { ...settings.firewall, raw: settings.rawTable ?? true },
        lifetime,
        logger,
      }),
    [settingsId, lifetimeId, loggerId],
  );
  bind(cnmNeeds.kernel).toResolvedValue(
    ({ firewall, tracked }, lifetime, logger, namespaces, ports, proxy) => {
      const conntrack = lifetime.own(openConntrack());
      return lifetime.own(
        new HostKernel({
          namespaces,
          sysctls,
          openRtnetlink,
          firewall,
          conntrack: new ConntrackQueue({ conntrack, tracked, logger }),
          ports: heldPorts(ports),
          proxy,
        }),
      );
    },
    [hostFirewallId, lifetimeId, loggerId, namespacesId, cnmNeeds.ports, proxyId],
  );
});
