/** What is sent to see whether it arrives. */
export type Protocol = 'tcp' | 'udp' | 'ping';

/** One probe of an agent. */
export interface Question {
  readonly protocol: Protocol;
  readonly address: string;
  /** Of no meaning for pings. */
  readonly port: number;
}

/** What an agent is asked at once. */
export interface Questions {
  readonly timeoutMs: number;
  readonly probes: readonly Question[];
}
