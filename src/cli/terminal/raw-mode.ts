import { spawnSync } from 'node:child_process';

/** Makes the terminal raw until it is disposed of. Does nothing to what isn't a terminal. */
export function rawMode(stdin: NodeJS.ReadStream): Disposable {
  if (!stdin.isTTY) return { [Symbol.dispose]: () => undefined };
  const restore = () => stdin.setRawMode(false);
  stdin.setRawMode(true);
  // Node leaves the terminal adding a carriage return to each line, which the container's has done already.
  // Without stty that shows nowhere but in a recording.
  spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
  // A process that ends in the middle must not leave a raw terminal behind.
  process.once('exit', restore);
  return {
    [Symbol.dispose]: () => {
      process.off('exit', restore);
      restore();
    },
  };
}
