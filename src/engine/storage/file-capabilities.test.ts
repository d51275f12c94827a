import { expect } from 'chai';
import type { IdMaps } from '../../base/id-mapping.js';
import { capabilityInArchive, capabilityOnDisk } from './file-capabilities.js';

const maps: IdMaps = {
  uids: [{ containerID: 0, hostID: 100_000, size: 65_536 }],
  gids: [{ containerID: 0, hostID: 200_000, size: 65_536 }],
};
/** What `setcap cap_net_raw+ep` writes, by the host's root and by that of a namespace at 100000 (0x186a0). */
const plain = Buffer.from('0100000200200000000000000000000000000000', 'hex');
const ofRemapped = Buffer.from('0100000300200000000000000000000000000000a0860100', 'hex');

describe('capabilities of files', () => {
  it('belong to the root of containers on the disk', () => {
    expect(capabilityOnDisk(plain, maps)).to.deep.equal(ofRemapped);
  });

  it('belong to nobody in archives', () => {
    expect(capabilityInArchive(ofRemapped, maps)).to.deep.equal(plain);
  });

  for (const value of [plain, ofRemapped, Buffer.alloc(12), Buffer.alloc(0)]) {
    it(`stay ${value.length} bytes where nothing is mapped`, () => {
      expect(capabilityOnDisk(value, undefined)).to.equal(value);
      expect(capabilityInArchive(value, undefined)).to.equal(value);
    });
  }

  it('of another form stay as they are', () => {
    expect(capabilityOnDisk(ofRemapped, maps)).to.equal(ofRemapped);
    expect(capabilityInArchive(plain, maps)).to.equal(plain);
  });
});
