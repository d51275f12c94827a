import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { scripts } from './scripts.js';

/** Types a line into a real zsh and presses Tab; what stands there then comes between << and >>. */
const zshDriver = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1= PS2=; unset zle_bracketed_paste; autoload -U compinit; compinit -u -D; source $SCRIPT"
zpty -w z 'show() { print -r -- "<""<$BUFFER>>"; BUFFER=; }; zle -N show; bindkey "^X" show; bindkey "^I" complete-word; print -r REA""DY'
zpty -r z output '*READY*'
zpty -w -n z "$LINE"$'\\t\\x18'
zpty -r z output '*<<*>>*'
print -r -- "$output"
zpty -d z
`;

/** A machine without a shell has nothing to try its script with. */
function needs(this: Mocha.Context, shell: string): void {
  if (spawnSync(shell, ['-c', 'true']).error) this.skip();
}

describe('completion in shells that are there', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'shells-'));
    const program = join(folder, 'tsnet');
    writeFileSync(program, '#!/bin/sh\n(IFS="|"; echo "$*") >"$0.asked"\nprintf "$ANSWER"\n');
    chmodSync(program, 0o755);
    for (const shell of ['zsh', 'fish'] as const) {
      writeFileSync(join(folder, `script.${shell}`), scripts[shell]);
    }
    writeFileSync(join(folder, 'image.tar'), '');
  });
  after(() => rmSync(folder, { recursive: true }));

  const asked = () => execFileSync('cat', [join(folder, 'tsnet.asked')], { encoding: 'utf8' });
  const run = (shell: 'fish' | 'zsh', argv: readonly string[], line: string, answer: string) => {
    const env = {
      ...{ PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder, TERM: 'dumb' },
      ...{ LINE: line, ANSWER: answer, SCRIPT: join(folder, `script.${shell}`) },
    };
    return execFileSync(shell, argv, { env, cwd: folder, encoding: 'utf8', timeout: 50_000 });
  };
  const files = (line: string) => line.replace('FOLDER', folder);

  describe('fish', () => {
    before(function () {
      needs.call(this, 'fish');
    });
    const typed = (line: string, answer: string) =>
      run('fish', ['-N', '-c', 'source $SCRIPT; complete -C "$LINE"'], files(line), answer);

    it('offers words with what they are', () => {
      expect(typed('tsnet s', 'start\\tStart it\\nstop\\n')).to.equal('start\tStart it\nstop\n');
      expect(asked()).to.equal('__complete|--|s\n');
    });
    it('asks with an empty word, too', () => {
      expect(typed('tsnet run --rm ', 'x\\n')).to.equal('x\n');
      expect(asked()).to.equal('__complete|--|run|--rm|\n');
    });
    for (const flag of ['-i ', '--input=']) {
      it(`completes files behind ${flag}`, () => {
        const offered = typed(`tsnet load ${flag}FOLDER/im`, ':files\\n');
        expect(offered.trim()).to.equal(`${flag.trim() === '-i' ? '' : flag}${folder}/image.tar`);
      });
    }
  });

  describe('zsh', () => {
    before(function () {
      needs.call(this, 'zsh');
    });
    const typed = (line: string, answer: string) =>
      /<<(.*)>>/s.exec(run('zsh', ['-f', '-c', zshDriver], files(line), answer))?.[1];

    const table: [line: string, answer: string, wanted: string][] = [
      ['tsnet networ', 'network\\tManage networks\\n', 'tsnet network '],
      ['tsnet st', 'start\\tStart it\\nstats\\tShow it\\n', 'tsnet sta'],
      ['tsnet run box:l', 'box:latest\\n', 'tsnet run box:latest '],
      ['tsnet ps -f stat', 'status=\\n', 'tsnet ps -f status='],
      ['tsnet ps -f status=p', 'status=paused\\n', 'tsnet ps -f status=paused '],
      ['tsnet load -i FOLDER/im', ':files\\n', 'tsnet load -i FOLDER/image.tar '],
      ['tsnet load --input=FOLDER/im', ':files\\n', 'tsnet load --input=FOLDER/image.tar '],
    ];
    for (const [line, answer, wanted] of table) {
      it(line, () => expect(typed(line, answer)).to.equal(files(wanted)));
    }
  });
});
