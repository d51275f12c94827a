import { writeSync } from 'node:fs';
import { expect } from 'chai';
import type { OutputChunk } from '../../api/server/backend.js';
import { pipe } from '../../native/fd.js';
import { PipeOutput } from './pipe-output.js';

/** More than a pipe holds. */
const MUCH = 200_000;

/** A process's two pipes, and what it writes to them. */
function setting() {
  const [stdout, stderr] = [pipe(), pipe()];
  const output = new PipeOutput({ stdout: stdout.read, stderr: stderr.read });
  const ends = { stdout: stdout.write, stderr: stderr.write };
  return {
    output,
    write: (stream: OutputChunk['stream'], text: string) => writeSync(ends[stream].number, text),
    close() {
      for (const end of Object.values(ends)) end.close();
    },
  };
}

async function collect(output: PipeOutput): Promise<string[]> {
  const found: string[] = [];
  for await (const { stream, data } of output) found.push(`${stream} ${data}`);
  return found;
}

describe('PipeOutput', () => {
  it('ends with the pipes', async () => {
    const { output, write, close } = setting();
    write('stdout', 'a');
    write('stderr', 'b');
    close();
    expect(await collect(output)).to.have.members(['stdout a', 'stderr b']);
    output.end();
  });

  it('gives pieces as they come', async () => {
    const { output, write, close } = setting();
    const pieces = output[Symbol.asyncIterator]();
    const next = pieces.next();
    write('stderr', 'late');
    expect((await next).value).to.deep.equal({ stream: 'stderr', data: Buffer.from('late') });
    close();
    expect((await pieces.next()).done).to.equal(true);
    output.end();
  });

  it('ends with the process although somebody holds the pipes, and loses nothing', async () => {
    const { output, write, close } = setting();
    write('stdout', 'x'.repeat(60_000));
    output.end();
    expect((await collect(output)).join('')).to.equal(`stdout ${'x'.repeat(60_000)}`);
    close();
  });

  it('ends at once for who waits when the process ends', async () => {
    const { output, close } = setting();
    const collected = collect(output);
    await new Promise(setImmediate);
    output.end();
    expect(await collected).to.deep.equal([]);
    close();
  });

  it('goes on reading when nobody wants more', async () => {
    const { output, write, close } = setting();
    output.abort();
    output.abort();
    expect(await collect(output)).to.deep.equal([]);
    for (let written = 0; written < MUCH; written += 50_000) {
      write('stdout', 'x'.repeat(50_000));
      write('stderr', 'x'.repeat(10));
      // Pipes are read between the first and the second.
      for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
    }
    output.end();
    expect(() => write('stdout', 'x')).to.throw('EPIPE');
    close();
  });

  it('ends for who waits when it is aborted', async () => {
    const { output, close } = setting();
    const collected = collect(output);
    await new Promise(setImmediate);
    output.abort();
    expect(await collected).to.deep.equal([]);
    output.end();
    close();
  });
});
