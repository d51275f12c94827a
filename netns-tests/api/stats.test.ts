import { request } from 'node:http';
import { expect } from 'chai';
import { eventually } from '../world/eventually.js';
import { useSetting } from './setting.js';

interface Sample {
  readonly id: string;
  readonly name: string;
  readonly read: string;
  readonly preread: string;
  readonly pids_stats: { readonly current?: number; readonly limit?: number };
  readonly cpu_stats: {
    readonly cpu_usage: { readonly total_usage: number };
    readonly system_cpu_usage?: number;
    readonly online_cpus?: number;
  };
  readonly precpu_stats: Sample['cpu_stats'];
  readonly memory_stats: {
    readonly usage?: number;
    readonly limit?: number;
    readonly stats?: Readonly<Record<string, number>>;
  };
  readonly blkio_stats: { readonly io_service_bytes_recursive: readonly object[] | null };
  readonly networks?: Readonly<Record<string, { rx_bytes: number; tx_packets: number }>>;
}

const never = '0001-01-01T00:00:00Z';

describe('API: container statistics', () => {
  const daemon = useSetting();
  const running: string[] = [];
  const busy = async (settings: object = {}) => {
    const name = await daemon.it.running({
      Cmd: ['sh', '-c', 'while :; do :; done'],
      ...settings,
    });
    running.push(name);
    return name;
  };
  afterEach(async () => {
    for (const name of running.splice(0)) await daemon.it.ok(`DELETE /containers/${name}?force=1`);
  });
  const sample = (name: string, query: string) =>
    daemon.it.ok<Sample>(`GET /containers/${name}/stats?${query}`);

  it('takes one sample at once with one-shot', async () => {
    const name = await busy();
    const one = await sample(name, 'stream=0&one-shot=1');
    // A second one would come a second later. A busy machine may take as long now and then, but not each time.
    await eventually(async () => {
      const began = performance.now();
      await sample(name, 'stream=0&one-shot=1');
      expect(performance.now() - began).to.be.below(900);
    });
    expect(one.name).to.equal(`/${name}`);
    expect(one.preread).to.equal(never);
    expect(one.precpu_stats.cpu_usage.total_usage).to.equal(0);
    expect(one.pids_stats.current).to.equal(1);
    expect(one.cpu_stats.cpu_usage.total_usage).to.be.greaterThan(0);
    expect(one.memory_stats.usage).to.be.greaterThan(0);
    expect(one.memory_stats.stats).to.have.any.keys('total_inactive_file', 'inactive_file');
    expect(one.networks).to.have.all.keys('eth0');
  });

  it('takes two without: what was used between them can be told', async () => {
    const name = await busy();
    const two = await sample(name, 'stream=false');
    const betweenNs = (Date.parse(two.read) - Date.parse(two.preread)) * 1e6;
    expect(betweenNs).to.be.at.least(500e6);
    const used = two.cpu_stats.cpu_usage.total_usage - two.precpu_stats.cpu_usage.total_usage;
    // One process, of which a busy machine has many.
    expect(used).to.be.within(1e6, 1.5 * betweenNs);
    const passed = (two.cpu_stats.system_cpu_usage ?? 0) - (two.precpu_stats.system_cpu_usage ?? 0);
    expect(passed).to.be.within(0.5 * betweenNs, 2 * betweenNs * (two.cpu_stats.online_cpus ?? 1));
  });

  it('tells the limits of memory and processes', async () => {
    const limits = { Memory: 64 * 1024 * 1024, PidsLimit: 17 };
    const name = await busy({ HostConfig: limits });
    const { memory_stats, pids_stats } = await sample(name, 'stream=0&one-shot=1');
    expect(memory_stats.limit).to.equal(limits.Memory);
    expect(pids_stats.limit).to.equal(17);
  });

  it('counts what each interface has sent', async () => {
    const name = await daemon.it.running({
      Cmd: [
        'sh',
        '-c',
        'ping -c 5 -i 0.1 $(ip route | sed -n "s/default via \\([^ ]*\\).*/\\1/p"); sleep 100',
      ],
    });
    await eventually(async () => {
      const { networks } = await sample(name, 'stream=0&one-shot=1');
      expect(networks?.['eth0']?.tx_packets).to.be.at.least(5);
      expect(networks?.['eth0']?.rx_bytes).to.be.at.least(5 * 84);
    });
  });

  it('has no interfaces of the host’s', async () => {
    const name = await busy({ HostConfig: { NetworkMode: 'host' } });
    expect((await sample(name, 'stream=0&one-shot=1')).networks).to.equal(undefined);
  });

  it('is empty for one that doesn’t run', async () => {
    const name = await daemon.it.container();
    const empty = await sample(name, 'stream=0');
    expect(empty.read).to.equal(never);
    expect(empty.name).to.equal(`/${name}`);
    expect(empty.pids_stats).to.deep.equal({});
    expect(empty.memory_stats).to.deep.equal({});
    expect(empty.blkio_stats.io_service_bytes_recursive).to.equal(null);
    expect(empty.networks).to.equal(undefined);
  });

  it('streams one a second, each with the one before it, until the client goes', async () => {
    const name = await busy();
    const samples = await streamed(daemon.it.socket, `/v1.41/containers/${name}/stats`, 3);
    const [first, second, third] = samples;
    expect(second?.preread).to.equal(first?.read);
    expect(third?.preread).to.equal(second?.read);
    const apart = Date.parse(third?.read ?? '') - Date.parse(second?.read ?? '');
    expect(apart).to.be.within(700, 10_000);
  });

  it('refuses what isn’t there', () =>
    daemon.it.refused('GET /containers/nope/stats?stream=0', 404, 'No such container: nope'));
});

/** The first samples of a stream. */
function streamed(socketPath: string, path: string, count: number): Promise<Sample[]> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, agent: false, timeout: 40_000 }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => {
        text += part;
        const lines = text.split('\n').slice(0, -1);
        if (lines.length < count) return;
        resolve(lines.slice(0, count).map((line) => JSON.parse(line)));
        call.destroy();
      });
      response.on('error', () => {});
    });
    call.on('error', reject);
    call.on('timeout', () => reject(new Error('no samples in time')));
    call.end();
  });
}
