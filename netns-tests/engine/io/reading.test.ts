import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { useSetting } from './setting.js';

describe('reading of logs', () => {
  const setting = useSetting();

  it('skips what is damaged, in the middle and at the end', async () => {
    const id = await setting.it.start('seq 1 6');
    await setting.it.ended(id);
    const path = setting.it.logPath(id);
    const lines = readFileSync(path, 'latin1').trimEnd().split('\n');
    const [one, two, three, four, five, six] = lines;
    const zeros = '\0'.repeat(4096);
    const damaged = [
      one,
      'rubbish',
      two,
      `${zeros}${three}`,
      four?.slice(40),
      five,
      'x'.repeat(3e6),
    ];
    writeFileSync(path, `${damaged.join('\n')}\n${six}\n`, 'latin1');
    appendFileSync(path, six?.slice(0, 20) ?? '');
    expect(await setting.it.daemon.must(`logs ${id}`)).to.equal('1\n2\n3\n5\n6');
    expect(await setting.it.daemon.must(`logs --tail 3 ${id}`)).to.equal('3\n5\n6');
  });

  it('gives lines of more than 16 KiB as they were written', async () => {
    const id = await setting.it.start(
      'head -c 100000 /dev/zero | tr "\\0" x; echo; echo short; head -c 20000 /dev/zero | tr "\\0" y',
    );
    await setting.it.ended(id);
    const wanted = `${'x'.repeat(100_000)}\nshort\n${'y'.repeat(20_000)}`;
    expect(await setting.it.daemon.must(`logs ${id}`)).to.equal(wanted);
    expect(await setting.it.daemon.must(`logs --tail 2 ${id}`)).to.equal(
      `short\n${'y'.repeat(20_000)}`,
    );
    const stamped = await setting.it.daemon.must(`logs -t ${id}`);
    expect(stamped.match(/\d{4}-\d\d-\d\dT[\d:.]+Z /g)).to.have.length(3);
  });

  it('starts and ends where the times say', async () => {
    const id = await setting.it.start('echo early; sleep 1.2; echo late; sleep 1.2; echo last');
    await setting.it.ended(id);
    const stamped = await setting.it.daemon.must(`logs -t ${id}`);
    const times = stamped.split('\n').map((line) => line.split(' ')[0] ?? '');
    const logs = (options: string) => setting.it.daemon.must(`logs ${options} ${id}`);
    expect(await logs(`--since ${times[1]}`)).to.equal('late\nlast');
    expect(await logs(`--until ${times[1]}`)).to.equal('early\nlate');
    expect(await logs(`--since ${times[1]} --until ${times[1]}`)).to.equal('late');
    expect(await logs('--since 1h')).to.equal('early\nlate\nlast');
    expect(await logs('--until 1h')).to.equal('');
    expect(await logs(`--tail 1 --until ${times[1]}`)).to.equal('late');
  });

  it('shows labels, variables and the tag with --details', async () => {
    const id = await setting.it.start(
      'echo hi',
      ...['--label', 'a b=c=d', '--env', 'STAGE=x y', '--name', 'detailed'],
      ...['--log-opt', 'labels=a b', '--log-opt', 'env=STAGE', '--log-opt', 'tag={{.Name}}'],
    );
    await setting.it.ended(id);
    expect(await setting.it.daemon.must(`logs --details ${id}`)).to.equal(
      'STAGE=x+y,a+b=c%3Dd,tag=detailed hi',
    );
  });

  it('ends a follow with the container, and not before', async () => {
    const script = 'echo one; until [ -e /tmp/end ]; do sleep 0.05; done; echo two';
    const id = await setting.it.start(script);
    await using follower = setting.it.daemon.following(['logs', '-f', id]);
    await follower.waitFor(/one/);
    expect(await Promise.race([follower.ended, delay(300, 'not yet')])).to.equal('not yet');
    await setting.it.daemon.must(`exec ${id} touch /tmp/end`);
    expect(await follower.ended).to.equal(0);
    expect(follower.output).to.equal('one\ntwo\n');
    expect(await setting.it.daemon.must(`logs -f ${id}`)).to.equal('one\ntwo');
  });
});
