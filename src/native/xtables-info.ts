import { Fd, O_CLOEXEC } from './fd.js';
import { AF_INET, AF_INET6 } from './inetaddress.js';
import { check, isErrno } from './libc.js';
import { IPPROTO_IP, IPPROTO_IPV6, socketCall } from './socketcall.js';

const SOCK_RAW = 3;
const IPPROTO_RAW = 255;
/** IPT_SO_GET_INFO and IP6T_SO_GET_INFO (linux/netfilter_ipv4/ip_tables.h). */
const GET_INFO = 64;
/** `char name[XT_TABLE_MAXNAMELEN]` */
const NAME_BYTES = 32;
/** `struct ipt_getinfo { char name[32]; u32 valid_hooks, hook_entry[5], underflow[5], num_entries, size; }` */
const INFO_BYTES = NAME_BYTES + 4 * 13;

/** Tells whether a table of `iptables-legacy` has changed, without running a program. */
export interface XtablesInfo extends Disposable {
  /**
   * Number and size of a table's entries and where its built-in chains begin: adding, deleting or flushing changes
   * that, replacing one rule by another of the same size does not. Empty if there is no such table.
   * @throws SyscallError
   */
  read(table: string): string;
}

/** Opens it for a family in the calling thread's network namespace. @throws SyscallError */
export function openXtablesInfo(family: 4 | 6): XtablesInfo {
  const domain = family === 4 ? AF_INET : AF_INET6;
  const type = SOCK_RAW | O_CLOEXEC;
  const socket = new Fd(check('socket', socketCall.socket(domain, type, IPPROTO_RAW), 'raw'));
  const level = family === 4 ? IPPROTO_IP : IPPROTO_IPV6;
  return {
    read(table) {
      const info = Buffer.alloc(INFO_BYTES);
      info.write(table, 'latin1');
      const length = Uint32Array.of(INFO_BYTES);
      try {
        check(
          'getsockopt',
          socketCall.getsockopt(socket.number, level, GET_INFO, info, length),
          table,
        );
      } catch (error) {
        if (isErrno(error, 'ENOENT', 'ENOPROTOOPT')) return '';
        throw error;
      }
      return info.toString('hex', NAME_BYTES);
    },
    [Symbol.dispose]: () => socket.close(),
  };
}
