import { InvalidParameter } from '../base/errors.js';
import type { FirewallMark } from '../cnm/firewall/model.js';
import type { Options } from './flags.js';
import type { FirewallProgram, HostFirewallSettings } from './kernel/host-firewall.js';

const programs: readonly string[] = ['iptables', 'nftables'] satisfies FirewallProgram[];

/** What the options say about the firewall. @throws InvalidParameter naming the option */
export function firewallOptions(options: Options): HostFirewallSettings {
  const mark = options['bridge-accept-fwmark'];
  return {
    program: firewallProgram(options['firewall-backend']),
    families: [
      ...(options.iptables ? [4 as const] : []),
      ...(options.ip6tables ? [6 as const] : []),
    ],
    policies: {
      userlandProxy: options['userland-proxy'],
      allowDirectRouting: options['allow-direct-routing'],
      ...(mark !== '' && { acceptMark: parseMark(mark) }),
    },
  };
}

/** The program in use as `docker info` names it (`FirewallBackend.Driver`); `none` where no family is ours. */
export function firewallDriver({ program, families }: HostFirewallSettings): string {
  return families.length === 0 ? 'none' : program;
}

function firewallProgram(name: string): FirewallProgram {
  if (isProgram(name)) return name;
  throw new InvalidParameter(
    `invalid firewall-backend "${name}": choose one of ${programs.join(', ')}`,
  );
}

function isProgram(name: string): name is FirewallProgram {
  return programs.includes(name);
}

/** `0x1` or `1/0xff`: 32 bits each, decimal, octal (`010`) or hexadecimal. @throws InvalidParameter */
function parseMark(text: string): FirewallMark {
  const [value, mask, ...rest] = text.split('/').map(parseBits);
  const isWhole = value !== undefined && rest.length === 0;
  if (!isWhole || (text.includes('/') && mask === undefined)) {
    throw new InvalidParameter(
      `invalid bridge-accept-fwmark "${text}": expected a mark of 32 bits, and a mask behind "/" if not all of them count`,
    );
  }
  return { value, ...(mask !== undefined && { mask }) };
}

function parseBits(text: string): number | undefined {
  if (!/^(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)$/i.test(text)) return undefined;
  const bits = Number(/^0[0-7]+$/.test(text) ? `0o${text.slice(1)}` : text);
  return bits <= 0xffffffff ? bits : undefined;
}
