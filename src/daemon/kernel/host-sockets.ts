import type { HostPorts } from '../../cnm/kernel.js';
import type { PortBinding } from '../../cnm/model.js';
import type { EphemeralPorts, PortAllocator } from '../../cnm/ports/allocator.js';
import { parseEphemeralPorts } from '../../cnm/ports/ephemeral.js';
import { boundSocket } from '../../native/inetsocket.js';
import { isErrno } from '../../native/libc.js';
import type { Sysctls } from '../../native/sysctl.js';

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
    listensOnIPv6,
  };
}

/** A kernel without IPv6 can't make the socket; one that has it switched off has no such address. */
function listensOnIPv6(): boolean {
  try {
    boundSocket('tcp', { address: '::1', port: 0 }).close();
    return true;
  } catch (error) {
    if (isErrno(error, 'EAFNOSUPPORT', 'EADDRNOTAVAIL')) return false;
    throw error;
  }
}
