import type { Executor } from './executor.js';

/** Puts an address on a link; one that is there already stays when the step is undone. */
export const addrAdd: Executor<'addr.add'> = {
  describe: ({ link, address }) => `add address ${address} to ${link}`,
  netns: ({ netns }) => netns,
  observe({ netns, link, address }, kernel) {
    const links = kernel.links(netns);
    const there = links.link(link);
    if (!there) return { existed: false };
    const existed = links
      .addresses()
      .some((other) => other.linkIndex === there.index && other.address === address);
    return { existed };
  },
  apply({ netns, link, address }, kernel, { existed }) {
    if (!existed) kernel.links(netns).addAddress(link, address);
  },
  undo({ netns, link, address }, kernel, { existed }) {
    if (!existed) kernel.links(netns).deleteAddress(link, address);
  },
};

/** Adds a route. */
export const routeAdd: Executor<'route.add'> = {
  describe: ({ route }) => `add route to ${route.destination}`,
  netns: ({ netns }) => netns,
  observe: () => undefined,
  apply({ netns, route }, kernel) {
    kernel.links(netns).addRoute(route);
  },
  undo({ netns, route }, kernel) {
    kernel.links(netns).deleteRoute(route);
  },
};
