/** How whole folder trees are made, copied and removed: what drivers of whole trees differ in. */
export interface Trees {
  /** Makes an empty tree. */
  make(path: string): Promise<void>;
  /** Makes `to`, with everything that `from` has: owners, times, attributes, hard links, devices, holes. */
  copy(from: string, to: string): Promise<void>;
  /** Removes a tree, or does what `rm` needs to be done before; one that is gone is fine. */
  clear(path: string): Promise<void>;
  /** @throws Unavailable if this can't be done in `folder` */
  check(folder: string): Promise<void>;
}
