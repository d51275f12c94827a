import type { Kernel } from '../kernel.js';
import type { StepArgs } from '../plan.js';
import type { Executor } from './executor.js';

/** Installs an owner's firewall fragments. */
export const nftAdd: Executor<'nft.add'> = {
  describe: ({ owner }) => `install firewall rules of ${owner}`,
  observe: () => undefined,
  apply({ fragments }, kernel) {
    kernel.firewall.install(fragments);
  },
  undo({ owner }, kernel) {
    kernel.firewall.remove([owner]);
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
  for (const { protocol, hostPort } of args.hostPorts)
    conntrack.deleteByHostPort(protocol, hostPort);
}
