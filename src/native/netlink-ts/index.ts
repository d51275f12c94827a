/** rtnetlink for Node: what `ip` and `bridge` do, without spawning them. */
export { NetlinkError } from './error.js';
export { type WatchGroup, type WatchOptions, watchRtnetlink } from './events.js';
export type * from './model.js';
export { openRtnetlink } from './rtnetlink.js';
