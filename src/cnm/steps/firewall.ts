import type { Kernel } from '../kernel.js';
import type { StepArgs } from '../plan.js';
import type { Executor } from './executor.js';

/** Installs a policy. */
export const firewallAdd: Executor<'firewall.add'> = {
  describe: ({ policy }) => `install firewall rules of ${policy.owner}`,
  observe: () => undefined,
  apply({ policy }, kernel) {
    kernel.firewall.install([policy]);
  },
  undo({ policy }, kernel) {
    kernel.firewall.remove([policy.owner]);
  },
};

/** Puts the proxy before ports that the kernel can't translate. */
export const proxyAdd: Executor<'proxy.add'> = {
  describe: ({ owner }) => `serve ports of ${owner} by the proxy`,
  observe: () => undefined,
  apply({ owner, forwards }, kernel) {
    kernel.proxy.forward(owner, forwards);
  },
  undo({ owner }, kernel) {
    kernel.proxy.stop(owner);
  },
};

/** Holds host ports. A taken port is the user's concern, so Docker's text goes through as it is. */
export const portReserve: Executor<'port.reserve'> = {
  plainErrors: true,
  describe: ({ owner }) => `reserve ports of ${owner}`,
  observe: () => undefined,
  apply({ owner, bindings }, kernel) {
    kernel.ports.hold(owner, bindings);
  },
  undo({ owner }, kernel) {
    kernel.ports.release(owner);
  },
};

/** Forgets tracked flows, on the way in unless it says otherwise, and on the way out. */
export const conntrackFlush: Executor<'conntrack.flush'> = {
  describe: () => 'forget tracked connections',
  observe: () => undefined,
  apply(args, kernel) {
    if (args.only !== 'undo') flush(args, kernel);
  },
  undo: flush,
};

function flush(args: StepArgs['conntrack.flush'], { conntrack }: Kernel): void {
  for (const address of args.addresses) conntrack.deleteByAddress(address);
  for (const { protocol, hostPort, count = 1 } of args.hostPorts)
    conntrack.deleteByHostPort(protocol, hostPort, hostPort + count - 1);
}
