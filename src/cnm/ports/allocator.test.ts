import { expect } from 'chai';
import fc from 'fast-check';
import { Conflict, System } from '../../base/errors.js';
import { PortAllocator } from './allocator.js';
import { FakeHostSockets } from './fake-host-sockets.js';
import type { PortBinding, PortRequest } from './port-binding.js';

const dual = ['0.0.0.0', '::'];

function make(range = { first: 50000, last: 50003 }, reserved: number[] = []) {
  const sockets = new FakeHostSockets();
  const ports = new PortAllocator({
    sockets,
    ephemeral: () => ({ range, reserved: new Set(reserved) }),
  });
  return { sockets, ports };
}
const want = (
  hostPort?: PortRequest['hostPort'],
  hostIps: string[] = ['0.0.0.0'],
  protocol: PortRequest['protocol'] = 'tcp',
): PortRequest => ({
  protocol,
  containerPort: 80,
  hostIps,
  ...(hostPort !== undefined && { hostPort }),
});
const shown = (bindings: readonly PortBinding[]) =>
  bindings.map(({ protocol, hostIp, hostPort }) => `${protocol} ${hostIp}:${hostPort}`);

describe('PortAllocator', () => {
  it('opens the exact port on each address and holds it until release', () => {
    const { sockets, ports } = make();
    expect(shown(ports.reserve('a', [want(8080, dual)]))).to.deep.equal([
      'tcp 0.0.0.0:8080',
      'tcp :::8080',
    ]);
    expect([...sockets.sockets]).to.deep.equal(['tcp 0.0.0.0:8080', 'tcp :::8080']);
    expect(() => ports.reserve('a', [])).to.throw(Conflict);
    ports.release('a');
    ports.release('a');
    expect([...sockets.sockets]).to.deep.equal([]);
    expect(ports.reserve('b', [want(8080, dual)])).to.have.length(2);
  });

  const collisions: [string, string[], string[], string | undefined][] = [
    ['the same address', ['127.0.0.1'], ['127.0.0.1'], '127.0.0.1'],
    ['any address after one', ['127.0.0.1'], ['0.0.0.0'], '0.0.0.0'],
    ['one address after any', ['0.0.0.0'], ['127.0.0.1'], '127.0.0.1'],
    ['two addresses', ['127.0.0.1'], ['127.0.0.2'], undefined],
    ['the other family', ['0.0.0.0'], ['::'], undefined],
    ['one IPv6 address after any', ['::'], ['fd00::0001'], 'fd00::1'],
    ['both families after one', ['::'], dual, '::'],
  ];
  for (const [what, first, second, clash] of collisions) {
    it(`${clash ? 'refuses' : 'allows'} ${what}`, () => {
      const { sockets, ports } = make();
      ports.reserve('a', [want(8080, first)]);
      const again = () => ports.reserve('b', [want(8080, second)]);
      if (!clash) {
        expect(again()).to.have.length(second.length);
        return;
      }
      expect(again).to.throw(System, `Bind for ${clash}:8080 failed: port is already allocated`);
      expect(sockets.sockets.size).to.equal(first.length);
    });
  }

  it('keeps protocols apart', () => {
    const { ports } = make();
    const all = (['tcp', 'udp', 'sctp'] as const).map((protocol) => want(53, dual, protocol));
    expect(ports.reserve('a', all)).to.have.length(6);
  });

  const refusals: [string, string, string[], string][] = [
    ['EADDRINUSE', 'tcp 0.0.0.0:80', ['0.0.0.0'], '0.0.0.0:80/tcp: address already in use'],
    ['EADDRINUSE', 'tcp :::80', dual, '[::]:80/tcp: address already in use'],
    ['EACCES', 'tcp 0.0.0.0:80', dual, '0.0.0.0:80/tcp: permission denied'],
    [
      'EADDRNOTAVAIL',
      'tcp 10.9.9.9:80',
      ['10.9.9.9'],
      '10.9.9.9:80/tcp: cannot assign requested address',
    ],
  ];
  for (const [code, socket, hostIps, text] of refusals) {
    it(`says what the kernel refused: ${text}`, () => {
      const { sockets, ports } = make();
      sockets.refuse(socket, code);
      expect(() => ports.reserve('a', [want(80, hostIps)])).to.throw(
        System,
        `failed to bind host port ${text}`,
      );
      expect(sockets.sockets.size).to.equal(0);
      expect(ports.bindingsOf('a')).to.deep.equal([]);
    });
  }

  it('gives all or nothing, and frees what it had got', () => {
    const { sockets, ports } = make();
    sockets.refuse('tcp 0.0.0.0:81');
    expect(() => ports.reserve('a', [want(80), want(), want(81)])).to.throw('0.0.0.0:81/tcp');
    expect(sockets.sockets.size).to.equal(0);
    expect(ports.reserve('b', [want(80)])).to.have.length(1);
  });

  it('chooses ephemeral ports one after the other, around what others hold', () => {
    const { sockets, ports } = make({ first: 50000, last: 50005 }, [50001]);
    sockets.refuse('tcp :::50002');
    const chosen = [1, 2, 3].map((n) => ports.reserve(`${n}`, [want(undefined, dual)]));
    expect(chosen.map(shown)).to.deep.equal(
      [50000, 50003, 50004].map((port) => [`tcp 0.0.0.0:${port}`, `tcp :::${port}`]),
    );
    ports.release('1');
    expect(shown(ports.reserve('4', [want()]))).to.deep.equal(['tcp 0.0.0.0:50005']);
    expect(shown(ports.reserve('5', [want()]))).to.deep.equal(['tcp 0.0.0.0:50000']);
    expect(shown(ports.reserve('6', [want()]))).to.deep.equal(['tcp 0.0.0.0:50002']);
    expect(() => ports.reserve('7', [want()])).to.throw(
      System,
      'Bind for 0.0.0.0:0 failed: all ports are allocated',
    );
  });

  it('gives up after ten ports that others hold', () => {
    const { sockets, ports } = make({ first: 50000, last: 50100 });
    for (let port = 50000; port < 50100; port++) sockets.refuse(`tcp 0.0.0.0:${port}`);
    expect(() => ports.reserve('a', [want()])).to.throw('0.0.0.0:50009/tcp: address already');
    expect(sockets.attempts).to.have.length(10);
  });

  it('takes any one port of a range, after exact ports and before ephemeral ones', () => {
    const { ports } = make({ first: 8000, last: 8010 });
    const range = { first: 8000, last: 8002 };
    const bindings = ports.reserve('a', [want(), want(range), want(8000), want(range)]);
    expect(bindings.map(({ hostPort }) => hostPort)).to.deep.equal([8003, 8001, 8000, 8002]);
    expect(() => ports.reserve('b', [want(range)])).to.throw(
      'Bind for 0.0.0.0:8000-8002 failed: all ports are allocated',
    );
  });

  it('lets any and a specific address of one container coexist on different ports', () => {
    const { ports } = make();
    const bindings = ports.reserve('a', [want(undefined, dual), want(undefined, ['127.0.0.1'])]);
    expect(bindings.map(({ hostPort }) => hostPort)).to.deep.equal([50000, 50000, 50001]);
  });

  it('restores exactly what there was', () => {
    const before = make();
    const bindings = before.ports.reserve('a', [want(undefined, dual), want(80), want(90, dual)]);
    const after = make();
    after.ports.restore('a', bindings);
    expect(after.ports.bindingsOf('a')).to.deep.equal(bindings);
    expect(after.sockets.sockets).to.deep.equal(before.sockets.sockets);
    expect(() => after.ports.restore('b', bindings)).to.throw('port is already allocated');
  });

  it('takes a range whole or not at all, and names the port that is taken', () => {
    const { sockets, ports } = make();
    const range = { ...want(20_000, dual), count: 1000 };
    expect(ports.reserve('a', [range])).to.deep.equal(
      dual.map((hostIp) => ({
        ...{ protocol: 'tcp', containerPort: 80, hostIp },
        ...{ hostPort: 20_000, count: 1000 },
      })),
    );
    expect(sockets.sockets.size).to.equal(2000);
    expect(() => ports.reserve('b', [{ ...want(19_990), count: 20 }])).to.throw(
      'Bind for 0.0.0.0:20000 failed: port is already allocated',
    );
    ports.release('a');
    expect(sockets.sockets.size).to.equal(0);
    sockets.refuse('tcp :::20500');
    expect(() => ports.reserve('b', [range])).to.throw(
      'failed to bind host port [::]:20500/tcp: address already in use',
    );
    expect(sockets.sockets.size).to.equal(0);
    expect(ports.reserve('b', [{ ...want(20_000), count: 1000 }])).to.have.length(1);
  });

  it('puts neighbours together that were asked for one by one', () => {
    const { ports } = make();
    const three = [7000, 7001, 7002].map((port) => ({ ...want(port, dual), containerPort: port }));
    expect(ports.reserve('a', three).map(({ hostIp, count }) => [hostIp, count])).to.deep.equal([
      ['0.0.0.0', 3],
      ['::', 3],
    ]);
  });

  it('never gives away what is excluded', () => {
    const { ports } = make();
    ports.exclude('tcp', '127.0.0.1', 2375);
    expect(() => ports.reserve('a', [want(2375)])).to.throw('port is already allocated');
    expect(ports.reserve('b', [want(2375, ['127.0.0.2'])])).to.have.length(1);
  });

  it('never gives two owners colliding ports, and leaks no socket', () => {
    const address = fc.constantFrom(['0.0.0.0'], ['127.0.0.1'], ['::'], ['::1'], dual);
    const port = fc.constantFrom(undefined, 50000, 50001, { first: 50000, last: 50002 });
    const step = fc.record({ owner: fc.integer({ min: 0, max: 4 }), address, port });
    return fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { sockets, ports } = make();
        const owners = new Set<string>();
        for (const { owner, address: hostIps, port: hostPort } of steps) {
          ports.release(`${owner}`);
          owners.delete(`${owner}`);
          try {
            ports.reserve(`${owner}`, [want(hostPort, hostIps)]);
            owners.add(`${owner}`);
          } catch (error) {
            expect(error).to.be.instanceOf(System);
          }
          const held = [...owners].flatMap((name) => shown(ports.bindingsOf(name)));
          expect(new Set(held).size).to.equal(held.length);
          expect([...sockets.sockets].toSorted()).to.deep.equal(held.toSorted());
          expectNoneCoveredByAny(held);
        }
      }),
    );
  });
});

function expectNoneCoveredByAny(held: string[]): void {
  const covered = held.flatMap((name) =>
    name.includes(' 0.0.0.0:')
      ? [name.replace(' 0.0.0.0:', ' 127.0.0.1:')]
      : name.includes(' :::')
        ? [name.replace(' :::', ' ::1:')]
        : [],
  );
  for (const name of covered) expect(held).not.to.include(name);
}
