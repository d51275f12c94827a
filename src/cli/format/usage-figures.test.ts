import { expect } from 'chai';
import type { ContainerStats } from '../../api/types/stats.js';
import { renderListing } from './listing.js';
import { cpuShare, memoryUsed, usageListing } from './usage-figures.js';

const cpu = (used: number, passed: number) => ({
  cpu_usage: { total_usage: used, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  system_cpu_usage: passed,
  online_cpus: 2,
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
});

const interfaceStats = (rx: number, tx: number) => ({
  ...{ rx_bytes: rx, rx_packets: 0, rx_errors: 0, rx_dropped: 0 },
  ...{ tx_bytes: tx, tx_packets: 0, tx_errors: 0, tx_dropped: 0 },
});

const sample: ContainerStats = {
  id: 'abcdef'.repeat(11),
  name: '/web',
  os_type: 'linux',
  read: '',
  preread: '',
  pids_stats: { current: 3 },
  blkio_stats: {
    io_service_bytes_recursive: [
      { major: 8, minor: 0, op: 'Read', value: 1000 },
      { major: 8, minor: 0, op: 'write', value: 2_500_000 },
      { major: 8, minor: 0, op: 'Total', value: 9e9 },
    ],
    ...{ io_serviced_recursive: null, io_queue_recursive: null, io_service_time_recursive: null },
    ...{ io_wait_time_recursive: null, io_merged_recursive: null, io_time_recursive: null },
    sectors_recursive: null,
  },
  num_procs: 0,
  storage_stats: {},
  cpu_stats: cpu(1500, 4000),
  precpu_stats: cpu(500, 2000),
  memory_stats: { usage: 3 * 1024 ** 2, limit: 1024 ** 3, stats: { inactive_file: 1024 ** 2 } },
  networks: { eth0: interfaceStats(1000, 10), eth1: interfaceStats(240, 0) },
};

describe('usage', () => {
  it('is of all processors together', () => {
    expect(cpuShare(sample.precpu_stats, sample.cpu_stats)).to.equal(100);
    expect(cpuShare(sample.cpu_stats, sample.cpu_stats)).to.equal(0);
  });

  const stats = (values: Record<string, number>) => ({
    ...sample,
    memory_stats: { usage: 100, stats: values },
  });
  const table: [values: Record<string, number>, used: number][] = [
    [{ total_inactive_file: 30, inactive_file: 10 }, 70],
    [{ inactive_file: 10 }, 90],
    [{ total_inactive_file: 200 }, 100],
    [{}, 100],
  ];
  for (const [values, used] of table) {
    it(`of memory is without ${JSON.stringify(values)}`, () =>
      expect(memoryUsed(stats(values))).to.equal(used));
  }

  it('is listed as Docker does', () => {
    const rows = [
      { container: 'web', sample },
      { container: 'late', sample: undefined },
    ];
    expect(renderListing(rows, usageListing(false), { format: '' }).split('\n')).to.deep.equal([
      'CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT   MEM %     NET I/O        BLOCK I/O     PIDS',
      'abcdefabcdef   web       100.00%   2MiB / 1GiB         0.20%     1.24kB / 10B   1kB / 2.5MB   3',
      '               --        --        -- / --             --        --             --            --',
      '',
    ]);
    expect(
      renderListing(rows.slice(0, 1), usageListing(true), { format: '{{.ID}} {{.Container}}' }),
    ).to.equal(`${sample.id} web\n`);
  });
});
