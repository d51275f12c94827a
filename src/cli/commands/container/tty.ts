import type { Terminal } from '../../command.js';
import { Failure } from '../../failure.js';

/** A terminal in the container needs one here if it is to be typed into. @throws Failure in Docker's words */
export function checkTty(
  { stdin }: Terminal,
  { AttachStdin, Tty }: { readonly AttachStdin: boolean; readonly Tty: boolean },
): void {
  if (AttachStdin && Tty && !stdin.isTTY) throw new Failure('the input device is not a TTY');
}
