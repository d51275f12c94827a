/** Skips a mocha suite or test that needs root: `before(needsRoot)`. */
export function needsRoot(this: Mocha.Context): void {
  if (process.getuid?.() !== 0) this.skip();
}
