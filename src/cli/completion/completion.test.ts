import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { globalFlags } from '../program.js';
import { hoistFlags } from './hoist.js';
import { scripts } from './scripts.js';
import { type Names, suggest } from './suggest.js';

const containers = [
  ['web', 'running'],
  ['db', 'paused'],
  ['job', 'exited'],
] as const;

/** A daemon that has a few of each. */
const names: Names = {
  async of(kind, states) {
    if (kind !== 'containers') return [`${kind}-1`, `${kind}-2`];
    const fitting = containers.filter(([, state]) => states.length === 0 || states.includes(state));
    return fitting.map(([name]) => name);
  },
};

async function suggested(line: string): Promise<string> {
  const { candidates, files } = await suggest(line.split(' '), { globalFlags, names });
  return [...candidates.map(({ word }) => word), ...(files ? ['FILES'] : [])].join(' ');
}

describe('completion', () => {
  const table: [line: string, wanted: string][] = [
    ['ren', 'rename'],
    ['un', 'unpause'],
    ['__', ''],
    ['network plan ', 'connect create run'],
    ['network plan c', 'connect create'],
    ['nonsense ', ''],
    ['network nonsense ', ''],
    ['stop ', 'db web'],
    ['stop web ', 'db web'],
    ['container start ', 'job'],
    ['unpause ', 'db'],
    ['rm ', 'db job web'],
    ['rm -f j', 'job'],
    ['exec web ', ''],
    ['exec -it ', 'web'],
    ['exec -u ', ''],
    ['exec -u root ', 'web'],
    ['exec --user=root ', 'web'],
    ['exec -uroot ', 'web'],
    ['exec -itu ', ''],
    ['run --rm ', 'images-1 images-2'],
    ['run --rm images-1 --', ''],
    ['run --rm -- ', 'images-1 images-2'],
    ['run --pul', '--pull'],
    ['run --pull ', 'always missing never'],
    ['run --pull=m', '--pull=missing'],
    ['run --network ', 'container: networks-1 networks-2'],
    ['run -v ', 'volumes-1 volumes-2 FILES'],
    ['load --input=', 'FILES'],
    ['ps -f sta', 'status='],
    ['ps -f status=p', 'status=paused'],
    ['ps --filter=status=p', '--filter=status=paused'],
    ['network ls -f type=', 'type=builtin type=custom'],
    ['events -f type=i', 'type=image'],
    ['ps -f name=', ''],
    ['run --env-file ', 'FILES'],
    ['create ', 'images-1 images-2'],
    ['network create ', ''],
    ['network create -d ', 'bridge ipvlan macvlan'],
    ['network connect ', 'networks-1 networks-2'],
    ['network connect networks-1 ', 'db job web'],
    ['network connect networks-1 web ', ''],
    ['tag images-1 i', 'images-1 images-2'],
    ['ps -f st', 'status='],
    ['network ls --filter=dr', '--filter=driver='],
    ['inspect contexts', ''],
    ['inspect images', 'images-1 images-2'],
    ['--log-level w', 'warn'],
    ['-l debug sto', 'stop'],
    ['--tlsv', '--tlsverify'],
    ['network --h', ''],
    ['load --input ', 'FILES'],
    ['import ', 'FILES'],
  ];
  for (const [line, wanted] of table) {
    it(`${line}<TAB>`, async () => {
      expect(await suggested(line)).to.equal(wanted);
    });
  }

  it('says what commands and flags are for', async () => {
    const { candidates } = await suggest(['rena'], { globalFlags, names });
    expect(candidates).to.deep.equal([{ word: 'rename', about: 'Rename a container' }]);
  });

  it('asks the daemon that the line is about', () => {
    const cases = [
      ['__complete -- stop x', '__complete -- stop x'],
      ['__complete -- -H unix:///s stop x', '-H unix:///s __complete -- -H unix:///s stop x'],
      ['__complete -- -D -Hs ps', '-D -Hs __complete -- -D -Hs ps'],
      ['__complete -- --nonsense ps', '__complete -- --nonsense ps'],
      ['__complete -- -H ', '__complete -- -H '],
      ['stop -H s', 'stop -H s'],
    ];
    for (const [line = '', wanted] of cases) {
      expect(hoistFlags(line.split(' '), globalFlags).join(' ')).to.equal(wanted);
    }
  });

  describe('in bash', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tsnet-complete-'));
    const program = join(folder, 'tsnet');
    before(() => {
      // Says what it was asked, then what a test wants it to.
      writeFileSync(program, '#!/bin/sh\nprintf "%s|" "$@" >"$0.asked"\nprintf %b "$ANSWER"\n');
      chmodSync(program, 0o755);
    });
    after(() => rmSync(folder, { recursive: true }));

    const typed = (line: string, answer: string) => {
      const script = `${scripts.bash}
        COMP_LINE=$LINE COMP_POINT=\${#LINE} COMP_WORDBREAKS=$' \\t\\n"=:'
        compopt() { echo "compopt $*"; }
        _tsnet; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, LINE: line, ANSWER: answer };
      return execFileSync('bash', ['--norc', '-c', script], { env, encoding: 'utf8' })
        .trim()
        .split('\n');
    };

    it('asks with the words as they are, the last one even if it is empty', () => {
      typed('tsnet run --rm ', 'x\\n');
      const asked = execFileSync('cat', [`${program}.asked`], { encoding: 'utf8' });
      expect(asked).to.equal('__complete|--|run|--rm||');
    });

    it('offers the words without what they are', () => {
      expect(typed('tsnet s', 'start\\tStart it\\nstop\\tStop it\\n')).to.deep.equal([
        'start',
        'stop',
      ]);
    });

    it('lets the shell complete files where they may be', () => {
      expect(typed('tsnet load -i ', ':files\\n')).to.deep.equal(['compopt -o default']);
    });

    it('does not repeat what stands before a = or :, and goes on behind them', () => {
      expect(typed('tsnet run --pull=m', '--pull=missing\\n')).to.deep.equal(['missing']);
      expect(typed('tsnet run box:la', 'box:latest\\n')).to.deep.equal(['latest']);
      expect(typed('tsnet ps -f st', 'status=\\n')).to.deep.equal([
        'compopt -o nospace',
        'status=',
      ]);
    });
  });

  it('has a script that zsh can read', function () {
    const { status, stderr, error } = spawnSync('zsh', ['-n'], {
      input: scripts.zsh,
      encoding: 'utf8',
    });
    // A machine without this shell has nothing to check it with.
    if (error) this.skip();
    expect([status, stderr]).to.deep.equal([0, '']);
  });
});
