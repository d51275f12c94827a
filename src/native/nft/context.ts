import { writeSync } from 'node:fs';
import { System, Unavailable } from '../../base/errors.js';
import { library } from '../libc.js';
import { memoryFile } from '../memfd.js';
import { NftError } from './error.js';
import type { NftContext } from './model.js';
import { netfilterSockets, portOf } from './netlink-port.js';

/** NFT_CTX_OUTPUT_JSON of nftables/libnftables.h. */
const OUTPUT_JSON = 1 << 4;

/** An opaque `struct nft_ctx *`, null if there is none. */
type Handle = object | null;

const so = library('libnftables.so.1');
const nft = {
  create: so.fn<(flags: number) => Handle>('void *nft_ctx_new(uint32_t flags)'),
  free: so.fn<(context: Handle) => void>('void nft_ctx_free(void *ctx)'),
  bufferOutput: so.fn<(context: Handle) => number>('int nft_ctx_buffer_output(void *ctx)'),
  bufferError: so.fn<(context: Handle) => number>('int nft_ctx_buffer_error(void *ctx)'),
  setOutputFlags: so.fn<(context: Handle, flags: number) => void>(
    'void nft_ctx_output_set_flags(void *ctx, unsigned int flags)',
  ),
  runBuffer: so.fn<(context: Handle, script: string) => number>(
    'int nft_run_cmd_from_buffer(void *ctx, const char *script)',
  ),
  runFile: so.fn<(context: Handle, path: string) => number>(
    'int nft_run_cmd_from_filename(void *ctx, const char *path)',
  ),
  output: so.fn<(context: Handle) => string>('const char *nft_ctx_get_output_buffer(void *ctx)'),
  error: so.fn<(context: Handle) => string>('const char *nft_ctx_get_error_buffer(void *ctx)'),
};

/**
 * Opens libnftables in the calling thread's network namespace. The context keeps its netlink socket, so it
 * goes on acting on that namespace from wherever it is called; its caller disposes it.
 * @throws Unavailable without libnftables, or when the kernel gives it no socket.
 */
export function openNft(): NftContext {
  if (!so.has('nft_ctx_new')) throw new Unavailable('libnftables.so.1 is not installed');
  const handle = nft.create(0);
  if (handle === null) throw new Unavailable('libnftables could not open a netlink socket');
  nft.bufferOutput(handle);
  nft.bufferError(handle);
  return new LibraryContext(handle);
}

/**
 * The same, with the netlink port that the kernel knows the context by: who listens to changes can tell its own
 * from others'. libnftables doesn't say, so it is the port of the socket that opening it brought.
 * @throws System if there is none
 */
export function openNftWithPort(): { readonly nft: NftContext; readonly port: number } {
  const before = new Set(netfilterSockets());
  const nft = openNft();
  const [socket] = netfilterSockets().filter((fd) => !before.has(fd));
  const port = socket === undefined ? undefined : portOf(socket);
  if (port !== undefined) return { nft, port };
  nft[Symbol.dispose]();
  throw new System('the socket of libnftables was not found');
}

class LibraryContext implements NftContext {
  #handle: Handle;

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  run(script: string): void {
    const handle = this.#open();
    nft.setOutputFlags(handle, 0);
    if (nft.runBuffer(handle, script) !== 0) this.#runForLines(handle, script);
  }

  listJson(what: string): unknown {
    const handle = this.#open();
    const script = `list ${what}\n`;
    nft.setOutputFlags(handle, OUTPUT_JSON);
    const failed = nft.runBuffer(handle, script) !== 0;
    const { output, error } = takeBuffers(handle);
    if (failed) throw new NftError(error, script);
    return JSON.parse(output);
  }

  [Symbol.dispose](): void {
    if (this.#handle !== null) nft.free(this.#handle);
    this.#handle = null;
  }

  /**
   * Runs a script that just failed again, from a file: libnftables names the offending line of a file, but
   * not of a buffer. A failed transaction left nothing behind, so if this one succeeds, all the better.
   */
  #runForLines(handle: Handle, script: string): void {
    takeBuffers(handle);
    using file = memoryFile('nft');
    writeSync(file.number, script);
    const path = `/proc/self/fd/${file.number}`;
    const failed = nft.runFile(handle, path) !== 0;
    const { error } = takeBuffers(handle);
    if (failed) throw new NftError(error.replaceAll(path, 'script'), script);
  }

  #open(): Handle {
    if (this.#handle === null) throw new Unavailable('this nftables context is closed');
    return this.#handle;
  }
}

/** Reading a buffer empties it for the next run. */
function takeBuffers(handle: Handle): { output: string; error: string } {
  return { output: nft.output(handle), error: nft.error(handle) };
}
