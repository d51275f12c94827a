import { expect } from 'chai';
import { readAck } from './ack.js';
import { decodeAddress } from './addr.js';
import { NetlinkError } from './error.js';
import { decodeEvents } from './events.js';
import { decodeFdb } from './fdb.js';
import { replies } from './fixtures/replies.js';
import { decodeLink } from './link.js';
import { decodeNeighbor } from './neigh.js';
import { decodeRoute } from './route.js';
import { type Message, messages, NLMSG_MIN_TYPE } from './wire.js';

type Command = (typeof replies)[number]['command'];

function recorded(command: Command): Buffer {
  const hex = replies.find((reply) => reply.command === command)?.hex ?? '';
  return Buffer.from(hex, 'hex');
}

function decoded<T>(command: Command, decode: (message: Message) => T | undefined): T[] {
  return [...messages(recorded(command))]
    .filter(({ type }) => type >= NLMSG_MIN_TYPE)
    .map(decode)
    .filter((object) => object !== undefined);
}

describe("the kernel's answers to iproute2", () => {
  it('links', () => {
    expect(decoded('ip link show', decodeLink)).to.deep.equal([
      {
        index: 1,
        name: 'lo',
        mac: '00:00:00:00:00:00',
        mtu: 65536,
        up: true,
        operState: 'unknown',
      },
      {
        index: 2,
        name: 'br0',
        kind: 'bridge',
        mac: '02:00:00:00:00:01',
        mtu: 1500,
        up: true,
        operState: 'up',
      },
      {
        index: 3,
        name: 'veth0',
        kind: 'veth',
        mac: '02:00:00:00:00:02',
        mtu: 1500,
        up: true,
        operState: 'up',
        masterIndex: 2,
        peerIndex: 2,
        peerNetnsId: 0,
        alias: 'port of web',
      },
      {
        index: 4,
        name: 'vx0',
        kind: 'vxlan',
        mac: '02:00:00:00:00:04',
        mtu: 1500,
        up: false,
        operState: 'down',
      },
    ]);
  });

  it('addresses', () => {
    const found = decoded('ip address show', decodeAddress);
    expect(found).to.include.deep.members([
      { linkIndex: 1, address: '127.0.0.1/8', family: 4, scope: 'host' },
      { linkIndex: 2, address: '172.20.0.1/16', family: 4, scope: 'global' },
      { linkIndex: 1, address: '::1/128', family: 6, scope: 'host' },
      { linkIndex: 2, address: 'fd00::1/64', family: 6, scope: 'global' },
      { linkIndex: 2, address: 'fe80::ff:fe00:1/64', family: 6, scope: 'link' },
    ]);
  });

  it('IPv4 routes of all kinds', () => {
    const found = decoded('ip -4 route show table all', decodeRoute);
    const boot = { family: 4, table: 254, protocol: 3 } as const;
    const kernel = { family: 4, protocol: 2 } as const;
    expect(found).to.include.deep.members([
      { ...boot, destination: '10.5.0.0/16', gateway: 'fd00::9', linkIndex: 2 },
      { ...boot, destination: '10.6.0.0/16', gateway: '172.20.0.9', linkIndex: 2 },
      {
        ...boot,
        destination: '10.9.0.0/16',
        gateway: '172.20.0.9',
        linkIndex: 2,
        metric: 5,
        source: '172.20.0.1',
      },
      { ...kernel, table: 254, destination: '172.20.0.0/16', linkIndex: 2, source: '172.20.0.1' },
      { ...kernel, table: 255, destination: '172.20.0.1/32', linkIndex: 2, source: '172.20.0.1' },
    ]);
  });

  it('IPv6 routes', () => {
    const found = decoded('ip -6 route show', decodeRoute).filter(({ table }) => table === 254);
    expect(found).to.deep.include.members([
      {
        destination: 'default',
        family: 6,
        gateway: 'fd00::9',
        linkIndex: 2,
        metric: 1024,
        table: 254,
        protocol: 3,
      },
    ]);
    expect(found.map(({ destination }) => destination)).to.include('fd00::/64');
  });

  it('neighbours', () => {
    expect(decoded('ip neighbor show nud all', decodeNeighbor)).to.deep.include({
      linkIndex: 2,
      address: '172.20.0.7',
      mac: '02:00:00:00:00:77',
      state: 0x80,
    });
  });

  it('forwarding entries', () => {
    const found = decoded('bridge fdb show', decodeFdb);
    expect(found).to.include.deep.members([
      { linkIndex: 4, mac: '02:00:00:00:00:99', destination: '172.20.0.5' },
      { linkIndex: 3, mac: '02:00:00:00:00:98', masterIndex: 2 },
    ]);
  });

  it('a refusal without words', () => {
    const last = [...messages(recorded('ip link add br0 type bridge'))].at(-1);
    expect(last && readAck(last)).to.deep.equal({ errno: 17, kernelMessage: undefined, offset: 0 });
  });

  it("a refusal in the kernel's words, behind the whole request", () => {
    const last = [...messages(recorded('ip link add br7 mtu 1 type bridge'))].at(-1);
    expect(last && readAck(last)).to.deep.equal({
      errno: 22,
      kernelMessage: 'mtu less than device minimum',
      offset: 0,
    });
  });

  it('an acknowledgement is one', () => {
    const ack = Buffer.from(
      '2400000002000001010000000000000000000000200000001000050001000000',
      'hex',
    );
    const [message] = messages(Buffer.concat([ack, Buffer.alloc(4)]));
    expect(message && readAck(message)).to.deep.equal({
      errno: 0,
      kernelMessage: undefined,
      offset: 0,
    });
  });

  it('anything else is none', () => {
    const [first] = messages(recorded('bridge fdb show'));
    expect(first && readAck(first)).to.equal(undefined);
  });
});

describe('events', () => {
  it('name what came', () => {
    const types = [...decodeEvents(recorded('ip link show'))].map(({ type }) => type);
    expect(types).to.deep.equal(['link.new', 'link.new', 'link.new', 'link.new']);
  });

  it("pass over a bridge's word about its port", () => {
    const bytes = recorded('ip link show');
    for (const message of messages(bytes)) bytes[message.start] = 7;
    expect([...decodeEvents(bytes)]).to.deep.equal([]);
  });
});

describe('NetlinkError', () => {
  it('says what was attempted, what failed and why', () => {
    const error = new NetlinkError({ operation: 'addLink a', errno: 17, kernelMessage: 'because' });
    expect(error.message).to.equal('addLink a: EEXIST: file already exists: because');
    expect(error.code).to.equal('EEXIST');
    expect(error.name).to.equal('NetlinkError');
  });

  it("has the kernel's names", () => {
    const codes = [1, 11, 19, 95, 105, 524, 9999].map(
      (errno) => new NetlinkError({ operation: 'x', errno }).code,
    );
    expect(codes).to.deep.equal([
      'EPERM',
      'EAGAIN',
      'ENODEV',
      'EOPNOTSUPP',
      'ENOBUFS',
      'ENOTSUPP',
      'E9999',
    ]);
  });
});
