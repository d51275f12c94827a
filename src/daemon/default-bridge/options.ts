import { type Cidr, cidrOf, encloses, parseCidr, parseInterfaceAddress } from '../../base/cidr.js';
import { InvalidParameter } from '../../base/errors.js';
import { type Ip, parseIp } from '../../base/ip.js';
import type { Options } from '../flags.js';

/** What the daemon's options say about the network `bridge`. */
export interface BridgeOptions {
  /** `--bridge`; default `docker0`. */
  readonly device: string;
  /** Whether the user named the device: then it is the user's, and must be there. */
  readonly userManaged: boolean;
  /** `--ipv6`. */
  readonly enableIPv6: boolean;
  readonly ipv4: FamilyOptions;
  readonly ipv6: FamilyOptions;
  /** `--icc`, `--ip-masq`. */
  readonly enableIcc: boolean;
  readonly enableIpMasquerade: boolean;
  /** `--ip`. */
  readonly hostBinding?: string;
  /** `--mtu`, in bytes. */
  readonly mtu?: number;
}

/** The options of one address family. */
export interface FamilyOptions {
  /** `--bip`, `--bip6`: the bridge's own address with the subnet's prefix length. */
  readonly address?: { readonly ip: Ip; readonly prefix: number };
  /** `--fixed-cidr`, `--fixed-cidr-v6`: where containers' addresses come from. */
  readonly fixedCidr?: Cidr;
  /** `--default-gateway`, `--default-gateway-v6`. */
  readonly gateway?: Ip;
}

/** Reads the options. `none`: there is to be no such network. @throws InvalidParameter naming the option */
export function bridgeOptions(options: Options): BridgeOptions | 'none' {
  const device = options.bridge;
  if (device !== '' && (options.bip !== '' || options.bip6 !== '')) {
    throw new InvalidParameter(
      'You specified -b & --bip, mutually exclusive options. Please specify only one',
    );
  }
  if (!options.iptables && !options.icc) {
    throw new InvalidParameter(
      'You specified --iptables=false with --icc=false. ICC=false uses iptables to function. Please set --icc or --iptables to true',
    );
  }
  if (device === 'none') return 'none';
  return {
    device: device === '' ? 'docker0' : deviceName(device),
    userManaged: device !== '',
    enableIPv6: options.ipv6,
    ipv4: familyOptions(4, options),
    ipv6: familyOptions(6, options),
    enableIcc: options.icc,
    enableIpMasquerade: options['ip-masq'],
    ...(options.ip !== '' && { hostBinding: address('ip', options.ip) }),
    ...(options.mtu > 0 && { mtu: mtu(options.mtu) }),
  };
}

/** An address as text, checked. @throws InvalidParameter naming the option */
export function address(option: string, text: string): string {
  if (parseIp(text)) return text;
  throw new InvalidParameter(`invalid ${option} "${text}": expected an IP address`);
}

/** The options of a family, by what they mean. */
const names = {
  4: { address: 'bip', range: 'fixed-cidr', gateway: 'default-gateway' },
  6: { address: 'bip6', range: 'fixed-cidr-v6', gateway: 'default-gateway-v6' },
} as const;

const examples = { 4: '172.17.0.1/16', 6: 'fd00:17::1/64' } as const;

function familyOptions(family: 4 | 6, options: Options): FamilyOptions {
  const name = names[family];
  const texts = {
    address: options[name.address],
    range: options[name.range],
    gateway: options[name.gateway],
  };
  const own = texts.address === '' ? undefined : bridgeAddress(family, texts.address);
  const fixedCidr = texts.range === '' ? undefined : range(family, texts.range);
  const gateway = texts.gateway === '' ? undefined : gatewayOf(family, texts.gateway);
  const subnet = own && cidrOf(own.ip, own.prefix);
  if (family === 6 && subnet && fixedCidr && !encloses(subnet, fixedCidr)) {
    throw new InvalidParameter(
      `invalid ${name.range} "${texts.range}": it is outside the subnet of ${name.address} "${texts.address}"`,
    );
  }
  return {
    ...(own && { address: own }),
    ...(fixedCidr && { fixedCidr }),
    ...(gateway && { gateway }),
  };
}

/** `10.9.0.1/24`: the bridge's own address with the subnet's prefix length. */
function bridgeAddress(family: 4 | 6, text: string): { ip: Ip; prefix: number } {
  const parsed = parseInterfaceAddress(text);
  const isHost = parsed && parsed.ip.value !== cidrOf(parsed.ip, parsed.prefix).address;
  if (parsed?.ip.family === family && isHost) return parsed;
  throw new InvalidParameter(
    `invalid ${names[family].address} "${text}": expected a host's IPv${family} address with its prefix length, such as ${examples[family]}`,
  );
}

function range(family: 4 | 6, text: string): Cidr {
  const parsed = parseCidr(text);
  if (parsed?.family === family) return parsed;
  throw new InvalidParameter(
    `invalid ${names[family].range} "${text}": expected an IPv${family} subnet`,
  );
}

function gatewayOf(family: 4 | 6, text: string): Ip {
  const parsed = parseIp(text);
  if (parsed?.family === family) return parsed;
  throw new InvalidParameter(
    `invalid ${names[family].gateway} "${text}": expected an IPv${family} address`,
  );
}

/** As the kernel has it (net/core/dev.c, dev_valid_name), and harmless in a path and for nft. */
function deviceName(text: string): string {
  if (/^[\w.][\w.-]{0,14}$/.test(text) && !/^(\.|\.\.|all|default|lo)$/.test(text)) return text;
  throw new InvalidParameter(`invalid bridge "${text}": not usable as an interface name`);
}

/** IPv4 needs 68 bytes (RFC 791); the kernel allows bridges no more than 65535. */
function mtu(bytes: number): number {
  if (bytes >= 68 && bytes <= 65535) return bytes;
  throw new InvalidParameter(`invalid mtu "${bytes}": expected 68 to 65535 bytes`);
}
