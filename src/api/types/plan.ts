/** Plans on the wire. Not part of Docker's API: paths below `/plan`, and `Plan` of a network. */

/** One step of what would be done to the kernel, or was. */
export interface PlannedStepView {
  /** `do`, or `undo` for what stands in the way, such as the default route through another network. */
  readonly Verb: 'do' | 'undo';
  /** Kind of step: `link.add`. */
  readonly Kind: string;
  /** `host`, or `container` for its network namespace. Empty: the host as a whole. */
  readonly Where: string;
  /** In words: `create bridge br-4f1a0c2b9d3e`. */
  readonly What: string;
  /** It stands there already and is only used. */
  readonly Stands: boolean;
  /** What the words leave out; its fields depend on the kind. */
  readonly Args: unknown;
  /** The commands of the firewall for it, in its own language. */
  readonly Commands: readonly string[];
}
