import { InvalidParameter } from '../../base/errors.js';
import { parseMac } from '../../base/mac.js';
import type { NetworkRecord, NetworkRequest } from '../../cnm/model.js';
import type { PlannedLink } from '../../cnm/plan.js';
import { type LinkOnParent, ParentDriver } from '../parent/driver.js';
import { type MacvlanConfig, macvlanConfig } from './config.js';
import { refuseSharing } from './conflicts.js';

/** Containers with MACs of their own on the wire of one of the host's devices. */
export class MacvlanDriver extends ParentDriver<MacvlanConfig> {
  readonly name = 'macvlan';
  protected readonly config = macvlanConfig;

  borrowsMac(network: NetworkRecord): boolean {
    return macvlanConfig(network).mode === 'passthru';
  }

  validateNetwork(request: NetworkRequest, others: readonly NetworkRecord[]): void {
    refuseSharing(request, others);
  }

  protected checkMac(mac: string): void {
    if (parseMac(mac) === undefined) throw new InvalidParameter(`invalid MAC address: ${mac}`);
  }

  protected link({ mode }: MacvlanConfig, { name, mac, parent }: LinkOnParent): PlannedLink {
    return { kind: 'macvlan', name, ...(mac !== '' && { mac }), parent, mode };
  }
}
