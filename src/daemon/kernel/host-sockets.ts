import type { HostPorts } from '../../cnm/kernel.js';
import type { PortBinding } from '../../cnm/model.js';
import type { EphemeralPorts, PortAllocator } from '../../cnm/ports/allocator.js';
import { parseEphemeralPorts } from '../../cnm/ports/ephemeral.js';
import type { HostSocket, HostSockets } from '../../cnm/ports/host-sockets.js';
import { boundPort, boundSocket, listen } from '../../native/inetsocket.js';
import { attachDropAll } from '../../native/socketfilter.js';
import type { Sysctls } from '../../native/sysctl.js';

/**
 * Sockets that keep published ports ours. Nothing ever reaches them: packets are rewritten before they would,
 * and what comes while no rule stands is dropped by the filter instead of being answered.
 */
export const hostSockets: HostSockets = {
  open(protocol, address, port): HostSocket {
    const socket = boundSocket(protocol, { address, port });
    try {
      attachDropAll(socket);
      if (protocol === 'tcp') listen(socket, 1);
      return { port: boundPort(socket), [Symbol.dispose]: () => socket.close() };
    } catch (error) {
      socket.close();
      throw error;
    }
  },
};

/** The host's settings for ports that nobody chose. */
export function ephemeralPorts(sysctls: Sysctls): EphemeralPorts {
  const read = (name: string) => {
    const key = ['net', 'ipv4', name];
    return sysctls.exists(key) ? sysctls.read(key) : undefined;
  };
  return parseEphemeralPorts(read('ip_local_port_range'), read('ip_local_reserved_ports'));
}

/** The allocator as plans see it: what it holds already is left alone. */
export function heldPorts(allocator: PortAllocator): HostPorts {
  return {
    hold(owner: string, bindings: readonly PortBinding[]) {
      if (allocator.bindingsOf(owner).length === 0) allocator.restore(owner, bindings);
    },
    release: (owner) => allocator.release(owner),
  };
}
