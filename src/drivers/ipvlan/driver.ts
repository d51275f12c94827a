import { InvalidParameter } from '../../base/errors.js';
import type { NetworkRecord, NetworkRequest } from '../../cnm/model.js';
import type { PlannedLink } from '../../cnm/plan.js';
import { type LinkOnParent, ParentDriver } from '../parent/driver.js';
import { routesByDevice, routesByGateway } from '../parent/gateway.js';
import { type IpvlanConfig, ipvlanConfig } from './config.js';
import { refuseSharing } from './conflicts.js';

/** Containers with addresses, but no MACs, of their own on the wire of one of the host's devices. */
export class IpvlanDriver extends ParentDriver<IpvlanConfig> {
  readonly name = 'ipvlan';
  protected readonly config = ipvlanConfig;

  borrowsMac(): boolean {
    return true;
  }

  validateNetwork(request: NetworkRequest, others: readonly NetworkRecord[]): void {
    refuseSharing(request, others);
  }

  protected checkMac(): void {
    throw new InvalidParameter('ipvlan interfaces do not support custom mac address assignment');
  }

  protected link({ mode, flag }: IpvlanConfig, { name, parent }: LinkOnParent): PlannedLink {
    return { kind: 'ipvlan', name, parent, mode, flag };
  }

  /** In the L3 modes the parent's host finds the way. */
  protected override routes({ mode }: IpvlanConfig): typeof routesByGateway {
    return mode === 'l2' ? routesByGateway : routesByDevice;
  }
}
