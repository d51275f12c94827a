import type { NftFragment } from '../../../native/nft/model.js';
import type { FirewallPolicy, FirewallSettings } from '../model.js';
import { endpointFragments } from './endpoint.js';
import { forwardingFragment } from './forwarding.js';
import { linkFragments } from './link.js';
import { networkFragments } from './network.js';
import { portsFragments } from './ports.js';

/** What a policy adds to the tables of `base.ts`. */
export function fragmentsOf(policy: FirewallPolicy, settings: FirewallSettings): NftFragment[] {
  switch (policy.kind) {
    case 'network':
      return networkFragments(policy);
    case 'endpoint':
      return endpointFragments(policy, settings);
    case 'ports':
      return portsFragments(policy);
    case 'link':
      return linkFragments(policy);
    case 'forwarding':
      return [forwardingFragment(policy)];
  }
}
