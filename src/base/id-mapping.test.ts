import { expect } from 'chai';
import fc from 'fast-check';
import {
  containerId,
  containerOwner,
  hostId,
  hostOwner,
  type IdRange,
  OVERFLOW_ID,
  remappedRoot,
} from './id-mapping.js';

const one: IdRange[] = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
const several: IdRange[] = [
  { containerID: 0, hostID: 500_000, size: 1000 },
  { containerID: 1000, hostID: 200_000, size: 10 },
  { containerID: 1010, hostID: 700_000, size: 5 },
];

describe('ids of containers and of the host', () => {
  const known: [IdRange[], container: number, host: number][] = [
    [one, 0, 100_000],
    [one, 65_535, 165_535],
    [several, 0, 500_000],
    [several, 999, 500_999],
    [several, 1000, 200_000],
    [several, 1009, 200_009],
    [several, 1014, 700_004],
  ];
  for (const [ranges, container, host] of known) {
    it(`${container} is ${host} on the host`, () => {
      expect(hostId(ranges, container)).to.equal(host);
      expect(containerId(ranges, host)).to.equal(container);
    });
  }

  for (const [ranges, id] of [
    [one, 65_536],
    [several, 1015],
    [[], 0],
  ] as [IdRange[], number][]) {
    it(`says that ${id} has no place on the host`, () => {
      expect(() => hostId(ranges, id)).to.throw(`Container ID ${id} cannot be mapped to a host ID`);
    });
  }

  it('shows ids of the host that are nobody in the container as the kernel does', () => {
    expect(containerId(one, 0)).to.equal(OVERFLOW_ID);
    expect(containerId(one, 165_536)).to.equal(OVERFLOW_ID);
  });

  it('leaves owners alone without maps', () => {
    expect(hostOwner(undefined, { uid: 7, gid: 8 })).to.deep.equal({ uid: 7, gid: 8 });
    expect(containerOwner(undefined, { uid: 7, gid: 8 })).to.deep.equal({ uid: 7, gid: 8 });
    expect(remappedRoot(undefined)).to.equal(undefined);
  });

  it('maps users and groups apart', () => {
    const maps = { uids: one, gids: several };
    expect(remappedRoot(maps)).to.deep.equal({ uid: 100_000, gid: 500_000 });
    expect(hostOwner(maps, { uid: 5, gid: 1001 })).to.deep.equal({ uid: 100_005, gid: 200_001 });
    expect(containerOwner(maps, { uid: 100_005, gid: 0 })).to.deep.equal({
      uid: 5,
      gid: OVERFLOW_ID,
    });
  });

  it('comes back from wherever it went', async () => {
    const ranges = fc
      .array(fc.record({ gap: fc.nat(1000), size: fc.integer({ min: 1, max: 70_000 }) }), {
        minLength: 1,
        maxLength: 5,
      })
      .map(laidOut);
    await fc.assert(
      fc.property(ranges, fc.nat(400_000), (map, id) => {
        const total = map.reduce((sum, { size }) => sum + size, 0);
        if (id < total) expect(containerId(map, hostId(map, id))).to.equal(id);
        else expect(() => hostId(map, id)).to.throw('cannot be mapped');
      }),
    );
  });
});

/** Ranges as the sub-id files give them: one after the other in the container, with gaps on the host. */
function laidOut(parts: readonly { gap: number; size: number }[]): IdRange[] {
  const ranges: IdRange[] = [];
  let [containerID, hostID] = [0, 100_000];
  for (const { gap, size } of parts) {
    hostID += gap;
    ranges.push({ containerID, hostID, size });
    containerID += size;
    hostID += size;
  }
  return ranges;
}
