import { expect } from 'chai';
import { eachDocker, image } from './each.js';

eachDocker('volumes', (docker) => {
  it('create, ls, inspect, rm', async () => {
    const name = docker().name();
    expect(await docker().ok(`volume create --label a=b ${name}`)).to.equal(name);
    expect(await docker().ok(`volume create ${name}`)).to.equal(name);
    expect(await docker().ok(`volume ls -q -f name=${name}`)).to.equal(name);
    expect(await docker().ok(`volume inspect -f {{.Driver}}{{.Labels}} ${name}`)).to.equal(
      'localmap[a:b]',
    );
    expect(await docker().ok(`volume rm ${name}`)).to.equal(name);
    expect(await docker().fails(`volume inspect ${name}`)).to.match(/no such volume/i);
    expect(await docker().fails(`volume rm ${name}`)).to.match(/no such volume/i);
  });

  it('are used by -v, --mount and --volumes-from', async () => {
    const [volume, box] = [docker().name(), docker().name()];
    await docker().ok(`run --rm -v ${volume}:/a ${image} sh -c $1`, 'echo kept > /a/file');
    const mount = `--mount type=volume,src=${volume},dst=/b,readonly`;
    expect(await docker().ok(`run --rm ${mount} ${image} cat /b/file`)).to.equal('kept');
    await docker().ok(`create --name ${box} -v ${volume}:/c -v /anonymous ${image} true`);
    expect(await docker().ok(`run --rm --volumes-from ${box}:ro ${image} cat /c/file`)).to.equal(
      'kept',
    );
    expect(await docker().fails(`volume rm ${volume}`)).to.match(/volume is in use - \[\w{64}\]/);
    const before = await docker().ok('volume ls -q');
    await docker().ok(`rm -v ${box}`);
    const after = (await docker().ok('volume ls -q')).split('\n');
    expect(after).to.have.length(before.split('\n').length - 1);
    await docker().ok(`volume rm ${volume}`);
  });

  it('prune', async () => {
    const name = docker().name();
    await docker().ok(`volume create --label pruned=${name} ${name}`);
    // 20.10 has no `-a`: it always prunes all.
    const { stdout } = await docker().run(['volume', 'prune', '--help']);
    const all = stdout.includes('--all') ? '-a ' : '';
    const line = `volume prune -f ${all}--filter label=pruned=${name}`;
    expect(await docker().ok(line)).to.equal(
      `Deleted Volumes:\n${name}\n\nTotal reclaimed space: 0B`,
    );
  });
});
