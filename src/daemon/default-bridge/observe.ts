import type { Links } from '../../cnm/kernel.js';

/** The addresses on a device with their prefix lengths; undefined: there is no such device. */
export function addressesOn(links: Pick<Links, 'link' | 'addresses'>, device: string) {
  const link = links.link(device);
  if (!link) return undefined;
  return links
    .addresses()
    .filter(({ linkIndex }) => linkIndex === link.index)
    .map(({ address }) => address);
}
