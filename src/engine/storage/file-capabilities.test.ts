import { expect } from 'chai';
import type { IdMaps } from '../../base/id-mapping.js';
import { capabilityInArchive } from './file-capabilities.js';

const ids = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
const maps: IdMaps = { uids: ids, gids: ids };
/** What `setcap cap_net_raw+ep` writes, by the host's root and by that of a namespace at 100000 (0x186a0). */
const plain = Buffer.from('0100000200200000000000000000000000000000', 'hex');
const ofRemapped = Buffer.from('0100000300200000000000000000000000000000a0860100', 'hex');

describe('capabilities of files in archives', () => {
  it('belong to nobody', () => {
    expect(capabilityInArchive(ofRemapped, maps)).to.deep.equal(plain);
  });

  for (const value of [plain, Buffer.alloc(24), Buffer.alloc(12), Buffer.alloc(0)]) {
    it(`of another form stay ${value.length} bytes`, () => {
      expect(capabilityInArchive(value, maps)).to.equal(value);
    });
  }

  it('stay as they are where nothing is mapped', () => {
    expect(capabilityInArchive(ofRemapped, undefined)).to.equal(ofRemapped);
  });
});
