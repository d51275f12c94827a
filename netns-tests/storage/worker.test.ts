import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { encodeArchive } from '../../src/base/tar/writer.js';
import { digestOf } from '../../src/engine/storage/digest.js';
import { WorkerExtractor } from '../../src/engine/storage/extract/worker-extractor.js';

describe('unpacking a layer', () => {
  let top: string;
  let root: string;
  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });
  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), 'tsnet-unpack-'));
    root = join(top, 'root');
    mkdirSync(root);
  });
  afterEach(() => rmSync(top, { recursive: true }));

  describe('in the worker', () => {
    let extractor: WorkerExtractor;
    beforeEach(() => {
      extractor = new WorkerExtractor();
    });
    afterEach(() => extractor[Symbol.asyncDispose]());

    const tar = encodeArchive([{ name: 'f', type: 'file', content: 'content'.repeat(50_000) }]);
    const packers: [string, () => Buffer][] = [
      ['plain', () => tar],
      ['gzip', () => gzipSync(tar)],
      ['zstd', () => execFileSync('zstd', ['-c'], { input: tar })],
      ['xz', () => execFileSync('xz', ['-c'], { input: tar })],
    ];
    for (const [name, pack] of packers)
      it(`reads ${name}, from a stream and a file`, async function () {
        let packed: Buffer;
        try {
          packed = pack();
        } catch {
          return this.skip();
        }
        writeFileSync(join(top, 'file'), packed);
        const pieces = Array.from({ length: Math.ceil(packed.length / 1000) }, (_, i) =>
          packed.subarray(i * 1000, i * 1000 + 1000),
        );
        for (const source of [Readable.from(pieces), { file: join(top, 'file') }]) {
          rmSync(root, { recursive: true });
          mkdirSync(root);
          const found = await extractor.extract(source, { target: root, kind: 'layer' });
          expect(found).to.include({
            digest: digestOf(packed),
            diffId: digestOf(tar),
            size: 350_000,
            compressedSize: packed.length,
          });
          expect(lstatSync(join(root, 'f')).size).to.equal(350_000);
        }
      });

    it('passes errors on, with their kind, and goes on', async () => {
      const cut = Readable.from([tar.subarray(0, 100_000)]);
      const error: unknown = await extractor
        .extract(cut, { target: root, kind: 'layer' })
        .catch((e: unknown) => e);
      expect(error).to.include({
        kind: 'InvalidParameter',
        message: 'unexpected end of the tar archive',
      });
      const damaged = Readable.from([gzipSync(tar).fill(7, 100, 200)]);
      const second: unknown = await extractor
        .extract(damaged, { target: root, kind: 'layer' })
        .catch((e: unknown) => e);
      expect(second)
        .to.have.property('message')
        .that.matches(/damaged gzip|wrong checksum/);
      await extractor.extract(Readable.from([tar]), { target: root, kind: 'layer' });
    });

    it("ends with the source's own error", async () => {
      const broken = Readable.from(
        (async function* () {
          yield tar.subarray(0, 5000);
          throw new Error('the client went away');
        })(),
      );
      const error: unknown = await extractor
        .extract(broken, { target: root, kind: 'layer' })
        .catch((e: unknown) => e);
      expect(error).to.have.property('message', 'the client went away');
    });
  });
});
