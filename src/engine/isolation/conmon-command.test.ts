import { expect } from 'chai';
import { conmonCommand } from './conmon-command.js';

const base = {
  conmon: '/usr/bin/conmon',
  runtime: '/usr/bin/crun',
  runtimeArguments: ['--root', '/run/r'],
  id: 'c1',
  uuid: 'c1',
  folder: '/run/c1',
  tty: false,
  openStdin: false,
  keepStdin: true,
  log: 'k8s-file:/log',
};

describe('conmonCommand', () => {
  it('supervises a container', () =>
    expect(conmonCommand({ ...base, exitFolder: '/exits' }).join(' ')).to.equal(
      '/usr/bin/conmon --api-version 1 -c c1 -u c1 -n c1 -r /usr/bin/crun --runtime-arg=--root ' +
        '--runtime-arg=/run/r --runtime-arg=--log --runtime-arg=/run/c1/runtime.log -b /run/c1 ' +
        '-p /run/c1/pid --full-attach -l k8s-file:/log --log-level error --no-sync-log ' +
        '--leave-stdin-open --exit-dir /exits',
    ));

  const table: [what: string, change: Partial<Parameters<typeof conmonCommand>[0]>, end: string][] =
    [
      ['with a terminal', { tty: true }, '-t --leave-stdin-open'],
      ['with input', { openStdin: true, keepStdin: false }, '-i'],
      [
        'a further process',
        { execSpec: '/p.json', keepStdin: false },
        '--exec --exec-attach --exec-process-spec /p.json',
      ],
    ];
  for (const [what, change, end] of table) {
    it(what, () =>
      expect(
        conmonCommand({ ...base, ...change })
          .join(' ')
          .endsWith(`--no-sync-log ${end}`),
      ).to.equal(true),
    );
  }
});
