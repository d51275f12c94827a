import { Fd } from './fd.js';
import { addressOf, check, libc } from './libc.js';
import { once } from './once.js';
import { SOL_SOCKET, socketCall } from './socketcall.js';

const bpf = libc.fn<
  (number: number, command: number, attributes: Uint8Array, size: number) => number
>('int64_t syscall(int64_t number, int cmd, void *attr, uint32_t size)');

const SO_ATTACH_FILTER = 26;
const SO_DETACH_FILTER = 27;
const SO_ATTACH_BPF = 50;
/** BPF_RET | BPF_K: answer with the constant, the number of bytes to let through. */
const BPF_RET_K = 0x06;
const BPF_PROG_LOAD = 5;
const BPF_PROG_TYPE_SOCKET_FILTER = 1;
/** BPF_ALU64 | BPF_MOV | BPF_K and BPF_JMP | BPF_EXIT of the extended machine: r0 = 0, return r0. */
const dropAll = Buffer.from([0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0]);
/** Number of bpf(2) by the name that Node has for the machine. */
const SYS_bpf: Readonly<Record<string, number>> = {
  x64: 321,
  arm64: 280,
  riscv64: 280,
  s390x: 351,
};

/**
 * Makes a socket take no packet at all (socket(7), SO_ATTACH_FILTER): a port that is only reserved must not
 * complete TCP handshakes while the rules that lead its traffic elsewhere are not there yet.
 */
export function attachDropAll(socket: Fd): void {
  const { program } = sharedProgram();
  // A program of its own for each socket takes ten times as long: the kernel compiles it every time.
  if (program) set(socket, SO_ATTACH_BPF, int32(program.number));
  else set(socket, SO_ATTACH_FILTER, classicProgram());
}

/** Takes the filter off again. @throws SyscallError ENOENT if there is none */
export function detachFilter(socket: Fd): void {
  set(socket, SO_DETACH_FILTER, Buffer.alloc(4));
}

/** Loaded at the first need and kept; undefined where the kernel refuses bpf(2). */
const sharedProgram = once((): { readonly program: Fd | undefined } => {
  const number = SYS_bpf[process.arch];
  if (number === undefined) return { program: undefined };
  const license = Buffer.from('GPL\0');
  // union bpf_attr: u32 prog_type; u32 insn_cnt; u64 insns; u64 license; u32 log_level, log_size; u64 log_buf; ...
  const attributes = Buffer.alloc(72);
  attributes.writeUInt32LE(BPF_PROG_TYPE_SOCKET_FILTER, 0);
  attributes.writeUInt32LE(dropAll.length / 8, 4);
  attributes.writeBigUInt64LE(addressOf(dropAll), 8);
  attributes.writeBigUInt64LE(addressOf(license), 16);
  const fd = Number(bpf(number, BPF_PROG_LOAD, attributes, attributes.length));
  return { program: fd >= 0 ? new Fd(fd) : undefined };
});

function classicProgram(): Buffer {
  // struct sock_filter { u16 code; u8 jt, jf; u32 k; }
  const program = Buffer.alloc(8);
  program.writeUInt16LE(BPF_RET_K, 0);
  // struct sock_fprog { u16 len; struct sock_filter *filter; }
  const fprog = Buffer.alloc(16);
  fprog.writeUInt16LE(1, 0);
  fprog.writeBigUInt64LE(addressOf(program), 8);
  return fprog;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function set(socket: Fd, option: number, value: Buffer): void {
  check(
    'setsockopt',
    socketCall.setsockopt(socket.number, SOL_SOCKET, option, value, value.length),
  );
}
