import { expect } from 'chai';
import { isMountPoint, parseMountInfo } from './mountinfo.js';

describe('parseMountInfo', () => {
  it('reads the example of the man page', () => {
    const line =
      '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n';
    expect(parseMountInfo(line)).to.deep.equal([
      {
        id: 36,
        parent: 35,
        device: '98:0',
        root: '/mnt1',
        mountPoint: '/mnt2',
        options: ['rw', 'noatime'],
        tags: ['master:1', 'shared:2'],
        type: 'ext3',
        source: '/dev/root',
        superOptions: ['rw', 'errors=continue'],
      },
    ]);
  });

  it('reads a private mount with escaped names', () => {
    const [mount] = parseMountInfo('40 1 0:9 /a\\134b /my\\040dir rw - tmpfs none rw');
    expect(mount?.tags).to.deep.equal([]);
    expect(mount?.root).to.equal('/a\\b');
    expect(mount?.mountPoint).to.equal('/my dir');
    expect(mount?.type).to.equal('tmpfs');
  });

  it('is not confused by a dash among the names', () => {
    const [mount] = parseMountInfo('40 1 0:9 / - rw - tmpfs - rw');
    expect(mount?.mountPoint).to.equal('-');
    expect(mount?.source).to.equal('-');
  });
});

describe('isMountPoint', () => {
  it('tells a mount from a folder', () => {
    expect(isMountPoint('/proc')).to.equal(true);
    expect(isMountPoint('/proc/self')).to.equal(false);
  });
});
