import { expect } from 'chai';
import {
  parseByteRate,
  parseDeviceWeight,
  parseOperationRate,
  parseWeight,
} from './block-devices.js';
import { parseGpus } from './gpus.js';
import { checkDeviceRule } from './settings.js';

describe('devices on the command line', () => {
  it('have rates and weights', () => {
    expect(parseByteRate('/dev/sda:1mb')).to.deep.equal({ Path: '/dev/sda', Rate: 1_048_576 });
    expect(parseOperationRate('/dev/sda:9')).to.deep.equal({ Path: '/dev/sda', Rate: 9 });
    expect(parseDeviceWeight('/dev/sda:10')).to.deep.equal({ Path: '/dev/sda', Weight: 10 });
    expect(parseWeight('500')).to.equal(500);
    expect(checkDeviceRule('c 1:* rw')).to.equal('c 1:* rw');
  });

  const gpus = { Driver: '', DeviceIDs: null, Capabilities: [['gpu']], Options: {} };
  const requests: [text: string, wanted: object][] = [
    ['all', { ...gpus, Count: -1 }],
    ['2', { ...gpus, Count: 2 }],
    ['"device=0,1"', { ...gpus, Count: 0, DeviceIDs: ['0', '1'] }],
    [
      'driver=nvidia,count=all,"capabilities=utility,compute"',
      { ...gpus, Driver: 'nvidia', Count: -1, Capabilities: [['utility', 'compute', 'gpu']] },
    ],
  ];
  for (const [text, wanted] of requests) {
    it(`asks for GPUs by ${text}`, () => expect(parseGpus(text)).to.deep.equal(wanted));
  }

  const bad: [read: (text: string) => unknown, text: string, words: string][] = [
    [parseByteRate, 'a', 'bad format: a'],
    [parseByteRate, 'sda:1mb', 'bad format for device path: sda:1mb'],
    [parseByteRate, '/dev/sda:x', 'Unit is optional and can be kb, mb, or gb'],
    [parseOperationRate, '/dev/sda:1k', 'invalid rate for device: /dev/sda:1k.'],
    [parseDeviceWeight, '/dev/sda:5', 'invalid weight for device: /dev/sda:5'],
    [parseWeight, '70000', 'strconv.ParseUint: parsing "70000": value out of range'],
    [parseWeight, 'x', 'strconv.ParseUint: parsing "x": invalid syntax'],
    [checkDeviceRule, 'x', "invalid device cgroup format 'x'"],
    [parseGpus, 'x=y', "unexpected key 'x' in 'x=y'"],
    [parseGpus, 'count=1,count=2', "gpu request key 'count' can be specified only once"],
    [parseGpus, '2x', 'invalid count (2x): value must be either "all" or an integer'],
  ];
  for (const [read, text, words] of bad) {
    it(`are refused: ${text}`, () => expect(() => read(text)).to.throw(words));
  }
});
