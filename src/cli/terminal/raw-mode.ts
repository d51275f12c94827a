/** Makes the terminal raw until it is disposed of. Does nothing to what isn't a terminal. */
export function rawMode(stdin: NodeJS.ReadStream): Disposable {
  if (!stdin.isTTY) return { [Symbol.dispose]: () => undefined };
  const restore = () => stdin.setRawMode(false);
  stdin.setRawMode(true);
  // A process that ends in the middle must not leave a raw terminal behind.
  process.once('exit', restore);
  return {
    [Symbol.dispose]: () => {
      process.off('exit', restore);
      restore();
    },
  };
}
