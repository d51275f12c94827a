/** Signals that a user sends to stop or steer a program. Those that Node or the kernel reserve stay out. */
const forwarded = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR2',
  'SIGCONT',
  'SIGTSTP',
] as const;

/** Passes signals on instead of dying of them, until it is disposed of. */
export function forwardSignals(send: (signal: string) => Promise<void>): Disposable {
  const listener = (signal: NodeJS.Signals) => {
    // The container may be gone already; then there is nobody to tell.
    void send(signal.replace(/^SIG/, '')).catch(() => undefined);
  };
  for (const signal of forwarded) process.on(signal, listener);
  return {
    [Symbol.dispose]: () => {
      for (const signal of forwarded) process.off(signal, listener);
    },
  };
}
