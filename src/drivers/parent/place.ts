import { InvalidParameter } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';

/** Where a network's containers are plugged in. */
export type ParentPlace =
  /** A device that must be there. */
  | { readonly kind: 'device'; readonly name: string }
  /** A VLAN sub-interface, made where it is missing. */
  | { readonly kind: 'vlan'; readonly name: string; readonly device: string; readonly id: number }
  /** Nowhere: a device of the network's own that leads to nothing. */
  | { readonly kind: 'nowhere'; readonly name: string };

/**
 * Reads `parent`. A name that stands is a device whatever it looks like, except that a VLAN sub-interface may
 * have been made for another network and so is planned anew.
 * @param stands whether the host has a link of that name
 * @throws InvalidParameter for a missing name that is no VLAN sub-interface's
 */
export function parentPlace(
  networkId: string,
  parent: string | undefined,
  stands: boolean,
): ParentPlace {
  if (!parent) return { kind: 'nowhere', name: `dm-${shortId(networkId)}` };
  const [device = '', tag = '', ...more] = parent.split('.');
  const id = /^\d{1,4}$/.test(tag) ? Number(tag) : 0;
  const isVlan = device !== '' && more.length === 0 && id >= 1 && id <= 4094;
  if (isVlan) return { kind: 'vlan', name: parent, device, id };
  if (stands) return { kind: 'device', name: parent };
  if (!parent.includes('.')) {
    throw new InvalidParameter(
      `parent interface ${parent} was not found on the host; a VLAN sub-interface that is to be made is written like eth0.10`,
    );
  }
  throw new InvalidParameter(
    /^\d+$/.test(tag) && more.length === 0
      ? `vlan id must be between 1-4094, received: ${tag}`
      : `invalid subinterface vlan name ${parent}, example formatting is eth0.10`,
  );
}

/** The device that containers of the network are on; it may not be there. */
export function parentName(networkId: string, parent: string | undefined): string {
  return parent || `dm-${shortId(networkId)}`;
}
