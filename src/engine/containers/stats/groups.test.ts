import { expect } from 'chai';
import { groupBlkio, parseBlkio, parseIoStat } from './blkio.js';
import { groupCpu } from './cpu.js';
import { type Controller, type GroupFiles, parseGroups } from './group-files.js';
import { parseNetDev, shownInterfaces } from './interfaces.js';
import { parseProcStat } from './machine.js';
import { groupMemory } from './memory.js';

/** A control group of some files; those of version 1 are in `v1`. */
class FakeGroup implements GroupFiles {
  readonly #v1: readonly Controller[];
  readonly #files: Readonly<Record<string, string>>;

  constructor(v1: readonly Controller[], files: Readonly<Record<string, string>>) {
    this.#v1 = v1;
    this.#files = files;
  }

  version(controller: Controller): 1 | 2 {
    return this.#v1.includes(controller) ? 1 : 2;
  }

  read(controller: Controller, file: string): string {
    return this.#files[`${controller}/${file}`] ?? '';
  }
}

describe('groupCpu', () => {
  it('reads version 1: ticks and nanoseconds', () => {
    const group = new FakeGroup(['cpu', 'cpuacct'], {
      'cpuacct/cpuacct.usage': '24609479\n',
      'cpuacct/cpuacct.usage_percpu': '19180139 5429340 \n',
      'cpuacct/cpuacct.stat': 'user 3\nsystem 1\n',
      'cpu/cpu.stat': 'nr_periods 5\nnr_throttled 2\nthrottled_time 7000\n',
    });
    expect(groupCpu(group)).to.deep.equal({
      cpu_usage: {
        total_usage: 24609479,
        percpu_usage: [19180139, 5429340],
        usage_in_kernelmode: 10_000_000,
        usage_in_usermode: 30_000_000,
      },
      throttling_data: { periods: 5, throttled_periods: 2, throttled_time: 7000 },
    });
  });

  it('reads version 2: microseconds', () => {
    const stat = 'usage_usec 24\nuser_usec 20\nsystem_usec 4\nnr_periods 5\nnr_throttled 2\n';
    const group = new FakeGroup([], { 'cpuacct/cpu.stat': `${stat}throttled_usec 7\n` });
    expect(groupCpu(group)).to.deep.equal({
      cpu_usage: { total_usage: 24000, usage_in_kernelmode: 4000, usage_in_usermode: 20000 },
      throttling_data: { periods: 5, throttled_periods: 2, throttled_time: 7000 },
    });
  });
});

describe('groupMemory', () => {
  const machine = 1_000_000;
  const stat =
    'cache 5\ntotal_inactive_file 3\nhierarchical_memory_limit 9223372036854771712\nnew 1\n';

  it('reads version 1; the machine’s memory bounds the limit', () => {
    const group = new FakeGroup(['memory'], {
      'memory/memory.usage_in_bytes': '100\n',
      'memory/memory.max_usage_in_bytes': '200\n',
      'memory/memory.limit_in_bytes': '9223372036854771712\n',
      'memory/memory.failcnt': '0\n',
      'memory/memory.stat': stat,
    });
    expect(groupMemory(group, machine)).to.deep.equal({
      usage: 100,
      max_usage: 200,
      stats: {
        cache: 5,
        hierarchical_memory_limit: 9223372036854771712n,
        total_inactive_file: 3,
      },
      limit: machine,
    });
  });

  it('reads version 2', () => {
    const group = (max: string) =>
      new FakeGroup([], {
        'memory/memory.current': '100\n',
        'memory/memory.max': `${max}\n`,
        'memory/memory.stat': 'anon 7\ninactive_file 3\nsec_pagetables 9\n',
        'memory/memory.events': 'low 0\noom 2\noom_kill 1\n',
      });
    expect(groupMemory(group('500'), machine)).to.deep.equal({
      usage: 100,
      stats: { anon: 7, inactive_file: 3 },
      failcnt: 2,
      limit: 500,
    });
    expect(groupMemory(group('max'), machine).limit).to.equal(machine);
  });
});

describe('groupBlkio', () => {
  it('reads lines of version 1, without the total of all', () =>
    expect(parseBlkio('8:0 Read 4096\n8:0 Total 4096\nTotal 4096\n')).to.deep.equal([
      { major: 8, minor: 0, op: 'Read', value: 4096 },
      { major: 8, minor: 0, op: 'Total', value: 4096 },
    ]));

  it('reads lines of version 2', () =>
    expect(
      parseIoStat('8:16 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n253:0 \n'),
    ).to.deep.equal([
      { major: 8, minor: 16, op: 'read', value: 1 },
      { major: 8, minor: 16, op: 'write', value: 2 },
    ]));

  it('takes a hybrid machine’s controller where it is', () => {
    const files = { 'blkio/io.stat': '8:0 rbytes=1 wbytes=2\n' };
    expect(
      groupBlkio(new FakeGroup(['memory', 'cpu'], files)).io_service_bytes_recursive,
    ).to.have.length(2);
    expect(groupBlkio(new FakeGroup(['blkio'], files)).io_service_bytes_recursive).to.deep.equal(
      [],
    );
  });
});

describe('parseGroups', () => {
  it('knows each controller’s path, and the unified one as none’s', () =>
    expect([...parseGroups('4:cpu,cpuacct:/a\n1:name=systemd:/b\n0::/c:d\n')]).to.deep.equal([
      ['cpu', '/a'],
      ['cpuacct', '/a'],
      ['name=systemd', '/b'],
      ['', '/c:d'],
    ]));
});

describe('parseProcStat', () => {
  it('adds the first seven of all processors, and counts those', () =>
    expect(
      parseProcStat('cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 1 1 1\ncpu1 1 1 1 1\nintr 5\n'),
    ).to.deep.equal({ cpuNs: 280_000_000, cpus: 2 }));
});

describe('interfaces', () => {
  const text = [
    'Inter-|   Receive                                                |  Transmit',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop',
    '    lo:    100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0',
    '  eth0:1234567      20    1    2    0     0          0         0     4321      10    3    4    0     0       0          0',
    '',
  ].join('\n');
  const eth0 = {
    ...{ rx_bytes: 1234567, rx_packets: 20, rx_errors: 1, rx_dropped: 2 },
    ...{ tx_bytes: 4321, tx_packets: 10, tx_errors: 3, tx_dropped: 4 },
  };

  it('are those of the container’s own network', () => {
    const all = parseNetDev(text);
    expect(all.get('lo')?.rx_bytes).to.equal(100);
    expect(shownInterfaces(all, ['eth0', 'eth1'])).to.deep.equal({ eth0 });
    expect(shownInterfaces(all, [])).to.equal(undefined);
  });
});
