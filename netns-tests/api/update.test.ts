import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { useLives } from './lifecycle.js';
import { isDocker } from './setting.js';

describe('API: update of containers', () => {
  const lives = useLives();
  const megabyte = 1024 * 1024;

  it('changes what is said and leaves the rest', async () => {
    const HostConfig = { CpuShares: 512, CpusetCpus: '0', PidsLimit: 20 };
    for (const make of ['container', 'running'] as const) {
      const name = await lives.it[make]({ HostConfig });
      const answer = await lives.it.ok(`POST /containers/${name}/update`, {
        body: { CpuQuota: 20_000, PidsLimit: 30, RestartPolicy: { Name: 'unless-stopped' } },
      });
      expect(answer).to.deep.equal({ Warnings: null });
      expect((await lives.inspect(name)).HostConfig).to.deep.include({
        CpuShares: 512,
        CpusetCpus: '0',
        CpuQuota: 20_000,
        PidsLimit: 30,
        RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 },
      });
      expect(await lives.actions(name)).to.include('update');
    }
  });

  it('counts at once for one that runs', async () => {
    const cgroup = '/sys/fs/cgroup';
    const name = await lives.it.running({ HostConfig: { PidsLimit: 20 } });
    await lives.it.ok(`POST /containers/${name}/update`, {
      body: { Memory: 50 * megabyte, MemorySwap: 80 * megabyte, CpuShares: 100 },
    });
    const { Id } = await lives.inspect(name);
    const group = isDocker ? `docker/${Id}` : `tsnet/${Id}`;
    const read = async (path: string) =>
      (await lives.it.world.host.must(`cat ${cgroup}/${path}`)).trim();
    expect(await read(`memory/${group}/memory.limit_in_bytes`)).to.equal(String(50 * megabyte));
    expect(await read(`cpu/${group}/cpu.shares`)).to.equal('100');
    expect(await read(`pids/${group}/pids.max`)).to.equal('20');
    const quota = async (CpuQuota: number) => {
      await lives.it.ok(`POST /containers/${name}/update`, { body: { CpuQuota } });
      return Number(await read(`cpu/${group}/cpu.cfs_quota_us`));
    };
    expect(await quota(20_000)).to.equal(20_000);
    // None, or half a year in each tenth of a second.
    expect(await quota(-1)).to.be.oneOf([-1, 2 ** 44 - 1]);
  });

  const refusals: [string, object, number, string, object?][] = [
    ['too little memory', { Memory: megabyte }, 400, 'Minimum memory limit allowed is 6MB'],
    ['a policy that is none', { RestartPolicy: { Name: 'x' } }, 400, 'invalid restart policy'],
    ['a CPU that is not there', { CpusetCpus: '999' }, 400, 'Requested CPUs are not available'],
    [
      'CPUs after a quota',
      { NanoCpus: 1e9 },
      409,
      'Nano CPUs cannot be updated as CPU Quota has already been set',
      { CpuQuota: 50_000 },
    ],
    [
      'a quota after CPUs',
      { CpuQuota: 50_000 },
      409,
      'CPU Quota cannot be updated as NanoCPUs has already been set',
      { NanoCpus: 1e9 },
    ],
    [
      'memory above its swap',
      { Memory: 200 * megabyte },
      409,
      'Memory limit should be smaller than already set memoryswap limit',
      { Memory: 50 * megabyte, MemorySwap: 100 * megabyte },
    ],
    [
      'a policy with --rm',
      { RestartPolicy: { Name: 'always' } },
      409,
      'Restart policy cannot be updated because AutoRemove is enabled for the container',
      { AutoRemove: true },
    ],
  ];
  for (const [what, body, status, words, HostConfig = {}] of refusals) {
    it(`refuses ${what}`, async () => {
      const name = await lives.it.running({ HostConfig });
      const before = (await lives.inspect(name)).HostConfig;
      await lives.it.refused(`POST /containers/${name}/update`, status, words, { body });
      expect((await lives.inspect(name)).HostConfig).to.deep.equal(before);
    });
  }

  it('is refused of what is not there', async () => {
    const words = 'No such container: nope';
    await lives.it.refused('POST /containers/nope/update', 404, words, { body: {} });
  });

  it('gives a running container a policy, and takes it away', async () => {
    const folder = mkdtempSync(join(lives.it.world.folder, 'shared-'));
    const name = await lives.it.running({
      Cmd: ['sh', '-c', 'until [ -e /shared/go ]; do sleep 0.1; done; sleep 0.3; false'],
      HostConfig: { Binds: [`${folder}:/shared`] },
    });
    const change = (Name: string) =>
      lives.it.ok(`POST /containers/${name}/update`, { body: { RestartPolicy: { Name } } });
    await change('always');
    writeFileSync(join(folder, 'go'), '');
    await lives.until(name, (it) => it.RestartCount >= 1 && it.State.Status === 'running');
    await change('no');
    await lives.until(name, (it) => it.State.Status === 'exited');
  });
});
