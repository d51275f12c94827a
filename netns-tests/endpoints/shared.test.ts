import { expect } from 'chai';
import { eventually } from '../world/eventually.js';
import { useLab } from './lab.js';

describe('a network that is shared by one who shares it himself', () => {
  const lab = useLab();

  it('leaves nothing on the bridge when its owner goes', async () => {
    const veths = async () =>
      (await lab.it.world.host.must('ip -o link show master docker0')).split('\n').filter(Boolean);
    await lab.it.start('first');
    await lab.it.start('second', '--network container:first');
    await lab.it.start('third', '--network container:second');
    expect(await veths()).to.have.length(1);
    await lab.it.ok('rm -f second');
    await lab.it.ok('rm -f first');
    await eventually(async () => expect(await veths()).to.deep.equal([]));
    expect(await lab.it.exec('third', 'ls /sys/class/net')).to.equal('lo');
    await lab.it.ok('rm -f third');
  });
});
