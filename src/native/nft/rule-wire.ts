import {
  type Message,
  type MessageWriter,
  NLA_F_NESTED,
  NLM_F_APPEND,
  NLM_F_CREATE,
  type Request,
  readAttributes,
  readText,
} from '../netlink-ts/wire.js';
import { attributesOf } from '../nfnetlink.js';

/*
 * Tables, chains and rules as the kernel takes them (linux/netfilter/nf_tables.h), as far as a small table of type
 * nat needs it: a message NFT_MSG_..., a `struct nfgenmsg`, then attributes, all numbers in network order. A rule is a
 * list of expressions, each with a name and data, that hand values on in registers.
 */
const NFT_MSG_NEWTABLE = 0x0a00;
const NFT_MSG_GETTABLE = 0x0a01;
const NFT_MSG_DELTABLE = 0x0a02;
const NFT_MSG_NEWCHAIN = 0x0a03;
const NFT_MSG_NEWRULE = 0x0a06;
const NFTA_TABLE_NAME = 1;
const NFTA_TABLE_USERDATA = 6;
/** NFTNL_UDATA_TABLE_COMMENT of libnftnl/udata.h: where `nft` keeps comments, with a zero byte behind. */
const UDATA_COMMENT = 0;
const NFTA_CHAIN_TABLE = 1;
const NFTA_CHAIN_NAME = 3;
const NFTA_CHAIN_HOOK = 4;
const NFTA_CHAIN_POLICY = 5;
const NFTA_CHAIN_TYPE = 7;
const NFTA_HOOK_HOOKNUM = 1;
const NFTA_HOOK_PRIORITY = 2;
const NFTA_RULE_TABLE = 1;
const NFTA_RULE_CHAIN = 2;
const NFTA_RULE_EXPRESSIONS = 4;
const NFTA_LIST_ELEM = 1;
const NFTA_EXPR_NAME = 1;
const NFTA_EXPR_DATA = 2;
const NFTA_DATA_VALUE = 1;
const NFPROTO_IPV4 = 2;
const NF_ACCEPT = 1;
/** Two of the kernel's 16-byte registers. */
const NFT_REG_1 = 1;
const NFT_REG_2 = 2;
const NFT_META_L4PROTO = 16;
const NFT_CMP_EQ = 0;

/** Where a packet's bytes are counted from (NFT_PAYLOAD_...). */
const headers = { network: 1, transport: 2 } as const;
/** NF_INET_... */
const hooks = { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 } as const;
/** NFT_NAT_... */
const translations = { snat: 0, dnat: 1 } as const;

/** A step of a rule: what a packet must be, or what becomes of it. */
export type NftExpression = (out: MessageWriter) => void;

/** Asks whether there is such a table of family ip. The kernel answers ENOENT if not. */
export function getTable(name: string): Request {
  return tableRequest(NFT_MSG_GETTABLE, 0, name);
}

/** The comment of the table that the kernel answers with. */
export function tableComment(answer: Message): string | undefined {
  const found: { comment?: string } = {};
  return readAttributes(found, attributesOf(answer), {
    [NFTA_TABLE_USERDATA]: (draft, bytes, start, end) => {
      if (bytes[start] === UDATA_COMMENT) draft.comment = readText(bytes, start + 2, end);
    },
  }).comment;
}

/** A table of family ip. */
export function newTable(name: string, comment: string): Request {
  const text = Buffer.from(`${comment}\0`);
  const noted = Buffer.concat([Buffer.of(UDATA_COMMENT, text.length), text]);
  return request(NFT_MSG_NEWTABLE, NLM_F_CREATE, (out) => {
    out.attributeName(NFTA_TABLE_NAME, name);
    out.attributeBytes(NFTA_TABLE_USERDATA, noted);
  });
}

/** Takes a table away with all that is in it. */
export function deleteTable(name: string): Request {
  return tableRequest(NFT_MSG_DELTABLE, 0, name);
}

/** A chain of type nat that lets through whatever no rule is for. */
export function newNatChain(
  table: string,
  name: string,
  hook: { readonly at: keyof typeof hooks; readonly priority: number },
): Request {
  return request(NFT_MSG_NEWCHAIN, NLM_F_CREATE, (out) => {
    out.attributeName(NFTA_CHAIN_TABLE, table);
    out.attributeName(NFTA_CHAIN_NAME, name);
    out.nested(NFTA_CHAIN_HOOK | NLA_F_NESTED, (to) => {
      to.attributeBytes(NFTA_HOOK_HOOKNUM, be32(hooks[hook.at]));
      to.attributeBytes(NFTA_HOOK_PRIORITY, be32(hook.priority));
    });
    out.attributeBytes(NFTA_CHAIN_POLICY, be32(NF_ACCEPT));
    out.attributeName(NFTA_CHAIN_TYPE, 'nat');
  });
}

/** A rule behind those that the chain has. */
export function newRule(
  table: string,
  chain: string,
  expressions: readonly NftExpression[],
): Request {
  return request(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, (out) => {
    out.attributeName(NFTA_RULE_TABLE, table);
    out.attributeName(NFTA_RULE_CHAIN, chain);
    out.nested(NFTA_RULE_EXPRESSIONS | NLA_F_NESTED, (list) => {
      for (const expression of expressions) {
        list.nested(NFTA_LIST_ELEM | NLA_F_NESTED, expression);
      }
    });
  });
}

/** The bytes at a place in one of the packet's headers. */
export function bytesAre(
  header: keyof typeof headers,
  offset: number,
  bytes: Uint8Array,
): NftExpression[] {
  const NFTA_PAYLOAD = { DREG: 1, BASE: 2, OFFSET: 3, LEN: 4 };
  const load = expression('payload', [
    [NFTA_PAYLOAD.DREG, NFT_REG_1],
    [NFTA_PAYLOAD.BASE, headers[header]],
    [NFTA_PAYLOAD.OFFSET, offset],
    [NFTA_PAYLOAD.LEN, bytes.length],
  ]);
  return [load, equals(bytes)];
}

/** The number of the protocol above IP. */
export function protocolIs(number: number): NftExpression[] {
  const NFTA_META = { DREG: 1, KEY: 2 };
  const load = expression('meta', [
    [NFTA_META.DREG, NFT_REG_1],
    [NFTA_META.KEY, NFT_META_L4PROTO],
  ]);
  return [load, equals(Buffer.of(number))];
}

/** Another source or destination: an address and a port, or a port alone. */
export function translate(
  kind: keyof typeof translations,
  { address, port }: { readonly address?: Uint8Array; readonly port: number },
): NftExpression[] {
  const NFTA_NAT = { TYPE: 1, FAMILY: 2, REG_ADDR_MIN: 3, REG_PROTO_MIN: 5 };
  const portRegister = address ? NFT_REG_2 : NFT_REG_1;
  return [
    ...(address ? [immediate(NFT_REG_1, address)] : []),
    immediate(portRegister, be16(port)),
    expression('nat', [
      [NFTA_NAT.TYPE, translations[kind]],
      [NFTA_NAT.FAMILY, NFPROTO_IPV4],
      ...(address ? [[NFTA_NAT.REG_ADDR_MIN, NFT_REG_1] as const] : []),
      [NFTA_NAT.REG_PROTO_MIN, portRegister],
    ]),
  ];
}

/** A port as it is in a packet. */
export function be16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}

function tableRequest(type: number, flags: number, name: string): Request {
  return request(type, flags, (out) => void out.attributeName(NFTA_TABLE_NAME, name));
}

function request(type: number, flags: number, attributes: (out: MessageWriter) => void): Request {
  return {
    type,
    flags,
    body(out) {
      out.u8(NFPROTO_IPV4).u8(0).u16(0);
      attributes(out);
    },
  };
}

function equals(bytes: Uint8Array): NftExpression {
  const NFTA_CMP = { SREG: 1, OP: 2, DATA: 3 };
  const fields = [
    [NFTA_CMP.SREG, NFT_REG_1],
    [NFTA_CMP.OP, NFT_CMP_EQ],
  ] as const;
  return expression('cmp', fields, (out) => value(out, NFTA_CMP.DATA, bytes));
}

function immediate(register: number, bytes: Uint8Array): NftExpression {
  const NFTA_IMMEDIATE = { DREG: 1, DATA: 2 };
  const write = (out: MessageWriter) => value(out, NFTA_IMMEDIATE.DATA, bytes);
  return expression('immediate', [[NFTA_IMMEDIATE.DREG, register]], write);
}

function expression(
  name: string,
  fields: readonly (readonly [attribute: number, value: number])[],
  rest: (out: MessageWriter) => void = () => {},
): NftExpression {
  return (out) => {
    out.attributeName(NFTA_EXPR_NAME, name);
    out.nested(NFTA_EXPR_DATA | NLA_F_NESTED, (data) => {
      for (const [attribute, number] of fields) data.attributeBytes(attribute, be32(number));
      rest(data);
    });
  };
}

function value(out: MessageWriter, attribute: number, bytes: Uint8Array): void {
  out.nested(attribute | NLA_F_NESTED, (data) => void data.attributeBytes(NFTA_DATA_VALUE, bytes));
}

function be32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
