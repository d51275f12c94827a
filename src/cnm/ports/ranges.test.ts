import { expect } from 'chai';
import fc from 'fast-check';
import type { PortBinding, PortRequest } from '../model.js';
import { joined, joinedExposed, joinedRequests, separated, separatedExposed } from './ranges.js';

const binding = (hostPort: number, containerPort: number, over: Partial<PortBinding> = {}) => ({
  protocol: 'tcp' as const,
  hostIp: '0.0.0.0',
  hostPort,
  containerPort,
  ...over,
});

describe('ranges of ports', () => {
  const cases: [string, PortBinding[], PortBinding[]][] = [
    ['one', [binding(80, 80)], [binding(80, 80)]],
    ['neighbours', [binding(80, 90), binding(81, 91)], [binding(80, 90, { count: 2 })]],
    [
      'neighbours of two addresses in turn',
      [80, 81].flatMap((port) => [binding(port, port), binding(port, port, { hostIp: '::' })]),
      [binding(80, 80, { count: 2 }), binding(80, 80, { hostIp: '::', count: 2 })],
    ],
    ['a gap at the host', [binding(80, 80), binding(82, 81)], [binding(80, 80), binding(82, 81)]],
    ['two to one', [binding(80, 80), binding(81, 80)], [binding(80, 80), binding(81, 80)]],
    ['no host ports', [binding(0, 80), binding(0, 81)], [binding(0, 80, { count: 2 })]],
    [
      'ranges',
      [binding(80, 80, { count: 5 }), binding(85, 85, { count: 5 })],
      [binding(80, 80, { count: 10 })],
    ],
  ];
  for (const [what, given, expected] of cases) {
    it(`puts together ${what}`, () => expect(joined(given)).to.deep.equal(expected));
  }

  it('keeps requests for any port and for one of several apart', () => {
    const request = (containerPort: number, hostPort: [number, number]): PortRequest => ({
      protocol: 'tcp',
      containerPort,
      hostIp: '',
      hostPort,
    });
    const apart = [
      request(80, [0, 0]),
      request(81, [0, 0]),
      request(82, [1, 9]),
      request(83, [1, 9]),
    ];
    expect(joinedRequests(apart)).to.deep.equal(apart);
    const exact = [80, 81, 82].map((port) => request(port, [port, port]));
    expect(joinedRequests(exact)).to.deep.equal([{ ...request(80, [80, 80]), count: 3 }]);
  });

  it('gives back what was put together', async () => {
    const one = fc.record({
      hostPort: fc.integer({ min: 1, max: 6 }),
      containerPort: fc.integer({ min: 1, max: 6 }),
      hostIp: fc.constantFrom('0.0.0.0', '::'),
      protocol: fc.constantFrom('tcp' as const, 'udp' as const),
    });
    await fc.assert(
      fc.property(fc.array(one), (all) => {
        const sorted = (list: readonly object[]) =>
          list.map((item) => JSON.stringify(Object.entries(item).toSorted())).toSorted();
        expect(sorted(separated(joined(all)))).to.deep.equal(sorted(all));
        const exposed = all.map(({ protocol, containerPort }) => ({ protocol, containerPort }));
        expect(sorted(separatedExposed(joinedExposed(exposed)))).to.deep.equal(sorted(exposed));
      }),
    );
  });
});
