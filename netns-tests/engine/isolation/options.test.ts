import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parentGroup, useLab } from './lab.js';

for (const runtime of ['crun', 'runc']) {
  describe(`options of isolation by ${runtime}`, () => {
    const lab = useLab('--default-runtime', runtime);

    const table: [options: string, script: string, wanted: string | RegExp][] = [
      ['--sysctl kernel.msgmax=1234', 'cat /proc/sys/kernel/msgmax', '1234'],
      ['--sysctl net.ipv4.ip_forward=0', 'cat /proc/sys/net/ipv4/ip_forward', '0'],
      ['--ulimit nofile=100:200', 'ulimit -n; ulimit -Hn', '100\n200'],
      ['--shm-size 1m', 'df -k /dev/shm | tail -1', /^shm +1024 /],
      ['--tmpfs /t:size=64k,mode=700', 'stat -c %a /t; df -k /t | tail -1', /^700\ntmpfs +64 /],
      ['--tmpfs /t:exec', 'cp /bin/busybox /t/echo; /t/echo run', 'run'],
      ['--tmpfs /t', 'cp /bin/busybox /t/echo; /t/echo run 2>&1', /Permission denied/],
      ['--read-only', 'touch /x 2>&1', /Read-only file system/],
      ['-u 1000:2000 --group-add 3000', 'id', 'uid=1000 gid=2000 groups=2000,3000'],
      ['-u root', 'id -u', '0'],
      ['--oom-score-adj 500', 'cat /proc/self/oom_score_adj', '500'],
      ['--device /dev/fuse:/dev/x:r', 'ls -l /dev/x | cut -c1; cat < /dev/x 2>&1 | head -1', /^c/],
      ['--device /dev/net', 'ls /dev/net', 'tun'],
      ['--security-opt no-new-privileges', 'grep NoNewPrivs /proc/self/status', /\t1$/],
      ['--security-opt seccomp=unconfined', 'grep Seccomp: /proc/self/status', /\t0$/],
      ['', 'grep Seccomp: /proc/self/status', /\t2$/],
      ['', 'head -c 1 /proc/keys | wc -c', '0'],
      ['--security-opt systempaths=unconfined', 'head -c 1 /proc/keys | wc -c', '1'],
      ['--cap-drop all --cap-add CHOWN', 'grep CapEff /proc/self/status', /\t0000000000000001$/],
      ['--init', 'ps -o pid,comm | grep -c init', '1'],
    ];
    for (const [options, script, wanted] of table) {
      it(`${options || 'none'}: ${script}`, async () => {
        const output = await lab.it.shell(options, `${script}; true`);
        if (typeof wanted === 'string') expect(output).to.equal(wanted);
        else expect(output).to.match(wanted);
      });
    }

    it('a rule lets a device be opened that one makes', async () => {
      const attempt = (rules: string[]) =>
        lab.it.daemon.mustRun([
          ...['run', '--rm', ...rules, 'tsnet/busybox', 'sh', '-c'],
          'mknod /tmp/f c 10 229 && (: < /tmp/f) 2>&1 && echo opened; true',
        ]);
      expect(await attempt([])).to.include('not permitted');
      expect(await attempt(['--device-cgroup-rule', 'c 10:229 rwm'])).to.equal('opened');
    });

    it('a profile of its own forbids what it says', async () => {
      const profile = {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 5 }],
      };
      const { body } = await lab.it.daemon.api.ask('POST', '/containers/create?name=filtered', {
        Image: 'tsnet/busybox',
        Cmd: ['sh', '-c', 'mkdir /x'],
        HostConfig: { SecurityOpt: [`seccomp=${JSON.stringify(profile)}`] },
      });
      expect(body).to.have.property('Id');
      const { stderr } = await lab.it.daemon.run(['start', '-a', 'filtered']);
      expect(stderr).to.include('Input/output error');
      await lab.it.daemon.must('rm filtered');
    });
  });
}

describe('what the daemon gives by default', () => {
  const lab = useLab(
    ...['--default-ulimit', 'nofile=300:400', '--default-shm-size', '1M', '--no-new-privileges'],
    ...['--default-ipc-mode', 'shareable', '--default-cgroupns-mode', 'private'],
    ...['--cgroup-parent', parentGroup, '--seccomp-profile', 'unconfined'],
  );

  it('counts where a container asks for nothing', async () => {
    const script =
      'ulimit -n; ulimit -Hn; df -k /dev/shm | tail -1; grep -E "NoNew|Seccomp:" /proc/self/status; head -1 /proc/self/cgroup';
    const lines = (await lab.it.shell('', script)).split('\n');
    expect(lines.slice(0, 2)).to.deep.equal(['300', '400']);
    expect(lines[2]).to.match(/^shm +1024 /);
    expect(lines.slice(3, 5)).to.deep.equal(['NoNewPrivs:\t1', 'Seccomp:\t0']);
    expect(lines[5]).to.match(/:\/$/);
    await lab.it.start('shows');
    const shown = '{{.HostConfig.IpcMode}} {{.HostConfig.CgroupnsMode}} {{.HostConfig.ShmSize}}';
    expect(await lab.it.daemon.mustRun(['inspect', '--format', shown, 'shows'])).to.equal(
      'shareable private 1048576',
    );
    const pid = await lab.it.daemon.mustRun(['inspect', '--format', '{{.State.Pid}}', 'shows']);
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).to.include(`/${parentGroup}/`);
  });

  it('is told by info', async () => {
    const format = '{{json .SecurityOptions}} {{json .Warnings}}';
    const text = await lab.it.daemon.mustRun(['info', '-f', format]);
    expect(text).to.include('"name=seccomp,profile=unconfined"');
    expect(text).to.include('"name=cgroupns","name=no-new-privileges"]');
    expect(text).to.include('WARNING: daemon is not using the default seccomp profile');
  });

  it('says what is wrong with a limit that the runtime can’t live with', async () => {
    const run = ['run', '--rm', '--ulimit', 'nofile=5', 'tsnet/busybox', 'true'];
    const { code, stderr } = await lab.it.daemon.run(run);
    expect(code).to.equal(125);
    expect(stderr).to.include("can't make a container with 5 open files (--ulimit nofile");
  });

  it('gives way to what a container asks for', async () => {
    const options = '--ulimit nofile=50:60 --shm-size 2m --security-opt no-new-privileges=false';
    const script = 'ulimit -n; df -k /dev/shm | tail -1; grep NoNew /proc/self/status';
    expect(await lab.it.shell(options, script)).to.match(/^50\nshm +2048 .*\nNoNewPrivs:\t0$/);
  });
});
