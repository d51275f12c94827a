import { fork } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { eventually } from '../world/eventually.js';
import { IsolationWorld } from './world.js';

const isRoot = process.getuid?.() === 0;
/** Of each stream: more than a pipe holds. */
const MUCH = 300_000;

for (const runtime of ['crun', 'runc']) {
  describe(`an exec by ${runtime} and the death of its daemon`, () => {
    let world: IsolationWorld;
    before(async function () {
      if (!isRoot) this.skip();
      world = await IsolationWorld.make([runtime]);
    });
    after(() => world?.[Symbol.asyncDispose]());

    it('goes on, whatever it writes, with an end of its input', async () => {
      const [go, done] = [join(world.rootfs, 'tmp/go'), join(world.rootfs, 'tmp/done')];
      const script = [
        'until [ -e /tmp/go ]; do sleep 0.02; done',
        `head -c ${MUCH} /dev/zero && head -c ${MUCH} /dev/zero >&2 && cat && echo yes >/tmp/done`,
      ].join('\n');
      world.adopt(await startByAnother(script));
      writeFileSync(go, '');
      await eventually(() => {
        expect(existsSync(done) && readFileSync(done, 'utf8')).to.equal('yes\n');
      });
    });

    /** Has another process start a container with an exec, and kills that process. */
    async function startByAnother(script: string): Promise<string> {
      const program = fileURLToPath(new URL('doomed.js', import.meta.url));
      const child = fork(program, [world.root, 'sleep 600', script, runtime]);
      const id = await new Promise<string>((resolve, reject) => {
        child.once('message', (message: { readonly id: string }) => resolve(message.id));
        child.once('exit', () => reject(new Error('the doomed process died early')));
      });
      const dead = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await dead;
      return id;
    }
  });
}
