import { expect } from 'chai';
import { eventually } from '../../world/eventually.js';
import { useSetting } from './setting.js';

/** `1\n2\n...`, from one number to another. */
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at).join('\n');

/** Writes numbers in bursts with pauses, so that files are put aside meanwhile. */
const bursts = (count: number, each: number, pause = 0.05) =>
  `i=0; while [ $i -lt ${count} ]; do seq $((i*${each}+1)) $(((i+1)*${each})); i=$((i+1)); sleep ${pause}; done`;

describe('rotation of logs', () => {
  const setting = useSetting();
  const small = (size: string, files: number, ...more: readonly string[]) => [
    ...['--log-opt', `max-size=${size}`, '--log-opt', `max-file=${files}`],
    ...more.flatMap((one) => ['--log-opt', one]),
  ];

  /**
   * The files of a container that has ended, once all have their numbers and none is larger. A slow machine may take its
   * time to put them aside and to compress them.
   */
  function filed(id: string, below: number, names = /^(\.\d+)?$/) {
    const check = () => {
      const files = setting.it.logFiles(id);
      for (const [name, size] of files) {
        expect(name).to.match(names);
        expect(size, name).to.be.below(below);
      }
      return files;
    };
    return eventually(check, { patienceMs: 90_000 });
  }

  it('loses no line, neither for who follows nor for who comes later', async () => {
    const id = await setting.it.start(bursts(40, 500), ...small('50k', 1000));
    const followed = setting.it.daemon.must(`logs -f ${id}`);
    await setting.it.ended(id);
    const wanted = numbers(1, 20_000);
    expect(await followed).to.equal(wanted);
    expect(await setting.it.daemon.must(`logs ${id}`)).to.equal(wanted);
    const files = await filed(id, 110_000);
    expect(files.size).to.be.greaterThan(10);
  });

  it('keeps as many files as asked for, and the last lines', async () => {
    const id = await setting.it.start(bursts(20, 500), ...small('20k', 3));
    await setting.it.ended(id);
    const files = await filed(id, 50_000);
    expect([...files.keys()].sort()).to.deep.equal(['', '.1', '.2']);
    const lines = (await setting.it.daemon.must(`logs ${id}`)).split('\n').map(Number);
    const first = lines[0] ?? 0;
    expect(first).to.be.greaterThan(5000);
    expect(lines.join('\n')).to.equal(numbers(first, 10_000));
  });

  it('keeps to the limit what comes in one go, too', async () => {
    const id = await setting.it.start('seq 1 100000', ...small('100k', 4));
    await setting.it.ended(id);
    const files = await filed(id, 250_000);
    const lines = (await setting.it.daemon.must(`logs ${id}`)).split('\n').map(Number);
    const first = lines[0] ?? 0;
    expect(lines.join('\n')).to.equal(numbers(first, 100_000));
    const sizes = [...files.values()];
    expect(sizes).to.have.length(4);
    expect(sizes.reduce((a, b) => a + b)).to.be.within(300_000, 500_000);
  });

  it('compresses what is put aside, and reads it all the same', async () => {
    const id = await setting.it.start(bursts(10, 500), ...small('20k', 100, 'compress=true'));
    await setting.it.ended(id);
    const files = await filed(id, 50_000, /^(\.\d+\.gz)?$/);
    expect(files.size).to.be.greaterThan(1);
    expect(await setting.it.daemon.must(`logs ${id}`)).to.equal(numbers(1, 5000));
    expect(await setting.it.daemon.must(`logs --tail 4000 ${id}`)).to.equal(numbers(1001, 5000));
  });

  it('goes on after the daemon was killed at any moment', async () => {
    const id = await setting.it.start(bursts(60, 500), ...small('20k', 1000));
    for (const pause of [300, 450, 20]) {
      await new Promise((done) => setTimeout(done, pause));
      await setting.it.daemon.stop('SIGKILL');
      await setting.it.daemon.start();
    }
    const followed = setting.it.daemon.must(`logs -f ${id}`);
    await setting.it.ended(id);
    expect(await followed).to.equal(numbers(1, 30_000));
  });
});
