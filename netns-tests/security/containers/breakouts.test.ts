import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { busyboxTar } from '../../api/rootfs.js';
import { needsRoot } from '../../world/root.js';
import { ProbeDaemon } from './probing.js';

const programs = ['/usr/bin/crun', '/usr/sbin/runc', '/usr/bin/conmon'].filter(existsSync);
const hashes = () =>
  programs.map((path) => createHash('sha256').update(readFileSync(path)).digest('hex'));

/** Whether the masks of /proc hold, and it can't be written to. */
const PROC_IS_SAFE =
  'head -c 1 /proc/keys | wc -c; (: > /proc/sys/kernel/core_pattern) 2>/dev/null && echo open';

for (const runtime of ['crun', 'runc'] as const) {
  describe(`security: known ways out of a container, by ${runtime}`, () => {
    let daemon: ProbeDaemon;
    /** A folder of the host's with a file that no container may see. */
    let host: string;

    before(async function () {
      needsRoot.call(this);
      daemon = await ProbeDaemon.start(runtime);
      host = mkdtempSync(join(tmpdir(), 'brk-'));
      writeFileSync(join(host, 'secret'), 'of the host');
    });
    after(async () => {
      await daemon?.[Symbol.asyncDispose]();
      if (host) rmSync(host, { recursive: true, force: true });
    });

    /** A container's output, or what its start was refused with. */
    const outcome = async (command: string, hostConfig: object = {}, config: object = {}) => {
      try {
        return await daemon.run(['/bin/sh', '-c', command], hostConfig, config);
      } catch (error) {
        return `refused: ${error instanceof Error ? error.message : error}`;
      }
    };
    const load = async (links: Record<string, string>) => {
      const tar = await busyboxTar(links);
      await daemon.ask('POST /images/create?fromSrc=-&repo=evil&tag=test', tar);
      return { Image: 'evil:test' };
    };

    it('no folder of the host is reached as a working directory (CVE-2024-21626)', async () => {
      const up = '../'.repeat(12);
      for (let fd = 3; fd <= 14; fd++) {
        const WorkingDir = `/proc/self/fd/${fd}`;
        const text = await outcome(`cat ${up}${host.slice(1)}/secret`, {}, { WorkingDir });
        expect(text, WorkingDir).to.not.include('of the host');
      }
    });

    it('the runtime can be neither written to nor kept open (CVE-2019-5736)', async () => {
      const before = hashes();
      const attack =
        'end=$(($(date +%s)+4)); while [ $(date +%s) -lt $end ]; do for p in /proc/[0-9]*; do ' +
        'case "$(readlink $p/exe)" in *crun*|*runc*) (: >> $p/exe) 2>/dev/null && echo opened;; esac; ' +
        'done; done; echo done';
      const { Id } = JSON.parse(
        await daemon.ask('POST /containers/create', {
          Image: 'busybox:test',
          Cmd: ['/bin/sh', '-c', attack],
          HostConfig: { NetworkMode: 'none', CapAdd: ['SYS_PTRACE'] },
        }),
      ) as { Id: string };
      await daemon.ask(`POST /containers/${Id}/start`);
      for (let times = 0; times < 8; times++) {
        // A program that is the runtime itself, run in the container.
        const body = { Cmd: ['/proc/self/exe', '--version'], AttachStdout: true };
        const exec = JSON.parse(await daemon.ask(`POST /containers/${Id}/exec`, body)) as {
          Id: string;
        };
        await daemon.ask(`POST /exec/${exec.Id}/start`, { Detach: true }).catch(() => '');
      }
      await daemon.ask(`POST /containers/${Id}/wait`);
      const log = await daemon.ask(`GET /containers/${Id}/logs?stdout=1`);
      await daemon.ask(`DELETE /containers/${Id}?force=1`);
      expect(log).to.include('done').and.not.include('opened');
      expect(hashes()).to.deep.equal(before);
    });

    it('a mount through a link of the image stays in the container (CVE-2019-16884)', async () => {
      const image = await load({ out: `../../../../../../..${host}`, procs: '/proc' });
      const data = join(host, 'data');
      mkdirSync(data, { recursive: true });
      const before = readdirSync(host);
      await outcome('true', { Binds: [`${data}:/out/new`] }, image);
      expect(readdirSync(host)).to.deep.equal(before);
      const text = await outcome(PROC_IS_SAFE, { Binds: [`${data}:/procs`] }, image);
      if (!text.startsWith('refused')) expect(text.trim()).to.equal('0');
    });

    it('nothing is mounted over /proc (CVE-2019-16884)', async () => {
      const data = join(host, 'proc');
      mkdirSync(join(data, 'self/attr'), { recursive: true });
      expect(await outcome('true', { Binds: [`${data}:/proc`] })).to.match(/^refused/);
    });

    it('an image whose /proc is a link has a safe /proc or none (CVE-2023-28642)', async () => {
      const image = await load({ proc: 'evil' });
      const text = await outcome(PROC_IS_SAFE, {}, image);
      if (!text.startsWith('refused')) expect(text.trim()).to.equal('0');
    });

    it('a shared folder with links leads no mount to the host (CVE-2021-30465)', async () => {
      const shared = join(host, 'shared');
      const data = join(host, 'mine');
      for (const folder of [shared, data]) mkdirSync(folder, { recursive: true });
      symlinkSync(`../../../../../../..${host}`, join(shared, 'up'));
      symlinkSync('/', join(shared, 'root'));
      const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
      const Binds = [`${shared}:/v`, `${data}:/v/up/mine`, `${data}:/v/root/tmp`];
      const text = await outcome('ls -d /v/up/secret', { Binds });
      expect(text).to.not.match(/^\/v\/up\/secret/m);
      const after = readFileSync('/proc/self/mountinfo', 'utf8');
      const at = (lines: string) =>
        lines.split('\n').filter((line) => line.includes(basename(host)));
      expect(at(after)).to.deep.equal(at(mounts));
    });

    it('a folder that a neighbour swaps for links meanwhile is no way out (CVE-2021-30465)', async () => {
      const shared = join(host, 'swapped');
      const data = join(host, 'swapped-data');
      for (const folder of [shared, data]) mkdirSync(folder, { recursive: true });
      writeFileSync(join(data, 'mark'), '');
      const swap =
        `while true; do ln -s ../../../../../../..${host} /v/l; mv -T /v/l /v/x 2>/dev/null || rm -f /v/l; ` +
        'rm -rf /v/x; mkdir /v/x 2>/dev/null; ln -s / /v/l; rmdir /v/x; mv /v/l /v/x; rm -f /v/x; done';
      const { Id } = JSON.parse(
        await daemon.ask('POST /containers/create', {
          Image: 'busybox:test',
          Cmd: ['/bin/sh', '-c', swap],
          HostConfig: { NetworkMode: 'none', Binds: [`${shared}:/v`] },
        }),
      ) as { Id: string };
      await daemon.ask(`POST /containers/${Id}/start`);
      try {
        const before = readdirSync(host);
        for (let times = 0; times < 15; times++) {
          const Binds = [`${shared}:/v`, `${data}:/v/x`];
          // Whether it starts is a matter of luck; if it does, its root is its own and the host's folder is not seen.
          const text = await outcome('ls -d /bin/busybox /mark /secret /v/x/secret', { Binds });
          if (!text.startsWith('refused')) expect(text).to.match(/^\/bin\/busybox/m);
          expect(text).to.not.match(/^\/(v\/x\/)?secret|^\/mark/m);
        }
        expect(readdirSync(host)).to.deep.equal(before);
      } finally {
        await daemon.ask(`DELETE /containers/${Id}?force=1`);
      }
    });

    it('a link in the place of /dev/null unmasks nothing (CVE-2025-31133)', async () => {
      const dev = join(host, 'dev');
      mkdirSync(dev, { recursive: true });
      symlinkSync('/proc/sys/kernel/core_pattern', join(dev, 'null'));
      const text = await outcome('head -c 1 /proc/keys | wc -c; cat /proc/keys', {
        Binds: [`${dev}:/dev`],
      });
      if (!text.startsWith('refused')) expect(text.trim()).to.equal('0');
    });

    it('a link in the place of /dev/console mounts nothing elsewhere (CVE-2025-52565)', async () => {
      const dev = join(host, 'dev2');
      mkdirSync(dev, { recursive: true });
      symlinkSync('/proc/sys/kernel/core_pattern', join(dev, 'console'));
      const text = await outcome(`${PROC_IS_SAFE}; grep -c core_pattern /proc/self/mountinfo`, {
        Binds: [`${dev}:/dev`],
      });
      if (!text.startsWith('refused')) expect(text.trim()).to.match(/^0\s+0$/);
    });
  });
}
