import { ContainerModule } from 'inversify';
import { cnmNeeds } from '../../cnm/ids.js';
import { PortAllocator } from '../../cnm/ports/allocator.js';
import { Children } from '../../native/children.js';
import { openConntrack } from '../../native/conntrack.js';
import { openRtnetlink } from '../../native/netlink-ts/index.js';
import { Namespaces } from '../../native/netns.js';
import { sysctls } from '../../native/sysctl.js';
import { childrenId, lifetimeId, loggerId, namespacesId, settingsId } from '../ids.js';
import { ConntrackQueue } from '../kernel/conntrack-queue.js';
import { noProxy } from '../kernel/hands-off.js';
import { openHostFirewall } from '../kernel/host-firewall.js';
import { HostKernel } from '../kernel/host-kernel.js';
import { ephemeralPorts, heldPorts, hostSockets } from '../kernel/host-sockets.js';

/** The kernel: everything here belongs to the namespace that the daemon was started in. */
export const kernelModule = new ContainerModule(({ bind }) => {
  bind(childrenId).toResolvedValue((lifetime) => lifetime.own(new Children()), [lifetimeId]);
  bind(namespacesId).toResolvedValue((lifetime) => lifetime.own(new Namespaces()), [lifetimeId]);
  bind(cnmNeeds.ports).toResolvedValue(
    () => new PortAllocator({ sockets: hostSockets, ephemeral: () => ephemeralPorts(sysctls) }),
    [],
  );
  bind(cnmNeeds.kernel).toResolvedValue(
    (settings, lifetime, logger, namespaces, ports) => {
      const conntrack = lifetime.own(openConntrack());
      const { firewall, tracked } = openHostFirewall({
        settings: { ...settings.firewall, raw: settings.rawTable ?? true },
        lifetime,
        logger,
      });
      return lifetime.own(
        new HostKernel({
          namespaces,
          sysctls,
          openRtnetlink,
          firewall,
          conntrack: new ConntrackQueue({ conntrack, tracked, logger }),
          ports: heldPorts(ports),
          proxy: noProxy,
        }),
      );
    },
    [settingsId, lifetimeId, loggerId, namespacesId, cnmNeeds.ports],
  );
});
