import { PassThrough } from 'node:stream';
import type {
  AttachedStreams,
  AttachQuery,
  OutputChunk,
  OutputStream,
} from '../../api/server/backend.js';
import { Conflict, InvalidParameter } from '../../base/errors.js';
import type { Container } from './container.js';
import type { ContainersContext } from './context.js';
import { checkDetachKeys, untilDetached } from './detaching.js';
import { readLogs } from './log.js';

/** A client that attached before there were processes to attach to. */
export interface PendingAttach {
  readonly stdin: boolean;
  /** Called once with the process's streams, or with undefined if the start failed. */
  connect(streams: AttachedStreams | undefined): void;
}

/** Joins a container's input and output; before the start, as soon as it starts. */
export async function attach(
  context: ContainersContext,
  container: Container,
  query: AttachQuery,
): Promise<AttachedStreams> {
  const keys = checkDetachKeys(
    query.detachKeys,
    (wrong) => new InvalidParameter(`Invalid detach keys (${wrong}) provided`),
  );
  refuseState(container);
  context.emit({ action: 'attach', container: container.record });
  const past = query.logs ? readLog(context, container, query) : undefined;
  if (!query.stream) return past ?? nothing(container);
  const stdin = query.stdin && container.record.config.OpenStdin;
  const live = container.run
    ? await openStreams(context, container, stdin)
    : deferredStreams(container, stdin);
  const selected = untilDetached(selectStreams(live, query), keys, () =>
    context.emit({ action: 'detach', container: container.record }),
  );
  return past ? { ...selected, chunks: oneAfterTheOther(past.chunks, selected.chunks) } : selected;
}

function refuseState({ record: { name }, status }: Container): void {
  if (status === 'paused') {
    throw new Conflict(`Container ${name} is paused, unpause the container before attach.`);
  }
  if (status === 'restarting') {
    throw new Conflict(`Container ${name} is restarting, wait until the container is running.`);
  }
}

/** What the container has said until now. */
function readLog(
  context: ContainersContext,
  container: Container,
  { stdout, stderr }: AttachQuery,
): OutputStream {
  const all = { follow: false, since: 0n, until: 0n, timestamps: false, details: false };
  const { batches, ...log } = readLogs(context, container, { ...all, stdout, stderr });
  return { ...log, chunks: oneByOne(batches) };
}

async function* oneByOne(
  batches: AsyncIterable<readonly OutputChunk[]>,
): AsyncGenerator<OutputChunk> {
  for await (const batch of batches) yield* batch;
}

/** For a client that asked for neither the past nor the future. */
function nothing({ record }: Container): AttachedStreams {
  return { tty: record.config.Tty, chunks: (async function* () {})(), abort() {} };
}

async function* oneAfterTheOther<T>(
  first: AsyncIterable<T>,
  second: AsyncIterable<T>,
): AsyncGenerator<T> {
  yield* first;
  yield* second;
}

/** The streams of a container whose processes exist. */
export function openStreams(
  context: ContainersContext,
  container: Container,
  stdin: boolean,
): Promise<AttachedStreams> {
  const { Tty, StdinOnce } = container.record.config;
  return context.launcher.attach(container.id, { tty: Tty, stdin, stdinOnce: StdinOnce });
}

/** Streams that wait for the start. */
function deferredStreams(container: Container, stdin: boolean): AttachedStreams {
  const input = stdin ? new PassThrough() : undefined;
  let aborted = false;
  let connected: AttachedStreams | undefined;
  const { promise, resolve } = withResolver<AttachedStreams | undefined>();
  const pending: PendingAttach = {
    stdin,
    connect(streams) {
      connected = streams;
      if (aborted) streams?.abort();
      else if (streams?.stdin && input) forward(input, streams.stdin);
      resolve(aborted ? undefined : streams);
    },
  };
  container.pendingAttaches.add(pending);
  return {
    tty: container.record.config.Tty,
    chunks: whenConnected(promise),
    abort() {
      aborted = true;
      container.pendingAttaches.delete(pending);
      connected?.abort();
      resolve(undefined);
    },
    ...(input && { stdin: input }),
  };
}

async function* whenConnected(
  streams: Promise<AttachedStreams | undefined>,
): AsyncGenerator<OutputChunk> {
  const connected = await streams;
  if (connected) yield* connected.chunks;
}

function forward(from: PassThrough, to: NonNullable<AttachedStreams['stdin']>): void {
  from.on('data', (data: Buffer) => {
    if (to.write(data)) return;
    from.pause();
    to.once('drain', () => from.resume());
  });
  from.on('end', () => to.end());
}

/** Leaves out what the client did not ask for. */
function selectStreams(streams: AttachedStreams, query: AttachQuery): AttachedStreams {
  const wanted = { stdout: query.stdout, stderr: query.stderr };
  return {
    ...streams,
    chunks: filterChunks(streams.chunks, (chunk) => query.stream && wanted[chunk.stream]),
    abort: () => streams.abort(),
  };
}

/** The wanted ones. */
export async function* filterChunks(
  chunks: AsyncIterable<OutputChunk>,
  wanted: (chunk: OutputChunk) => boolean,
): AsyncGenerator<OutputChunk> {
  for await (const chunk of chunks) if (wanted(chunk)) yield chunk;
}

function withResolver<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
