/** A piece of output with the stream that it belongs to. */
export interface Output {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Buffer;
}

const headerBytes = 8;
/** Stream numbers of Docker's frames. What comes as 3 is an error of the daemon itself. */
const streams = ['stdout', 'stdout', 'stderr'] as const;
const systemError = 3;

/**
 * Takes apart Docker's multiplexed stream: frames of stream number, three zero bytes, length (big endian), data.
 * Data is passed on as it comes, also from a frame that isn't complete.
 * @throws Error with the daemon's text, or if the bytes aren't frames
 */
export async function* demultiplex(source: AsyncIterable<Buffer>): AsyncGenerator<Output> {
  let rest: Buffer = Buffer.alloc(0);
  let stream = 0;
  let missing = 0;
  for await (const part of source) {
    rest = rest.length === 0 ? part : Buffer.concat([rest, part]);
    while (missing > 0 || rest.length >= headerBytes) {
      if (missing === 0) {
        stream = streamNumber(rest);
        missing = rest.readUInt32BE(4);
        rest = rest.subarray(headerBytes);
        continue;
      }
      if (rest.length === 0) break;
      const data = rest.subarray(0, missing);
      rest = rest.subarray(data.length);
      missing -= data.length;
      yield output(stream, data);
    }
  }
}

function streamNumber(header: Buffer): number {
  const number = header[0] ?? 0;
  if (number <= systemError) return number;
  throw new Error(`Unrecognized input header: ${number}`);
}

function output(number: number, data: Buffer): Output {
  const stream = streams[number];
  if (stream === undefined) throw new Error(`error from daemon in stream: ${data}`);
  return { stream, data };
}

/** The same interface over the bytes of a terminal, which has one stream and no frames. */
export async function* unframed(source: AsyncIterable<Buffer>): AsyncGenerator<Output> {
  for await (const data of source) yield { stream: 'stdout', data };
}
