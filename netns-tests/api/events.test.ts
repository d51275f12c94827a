import { request } from 'node:http';
import { expect } from 'chai';
import { eventually } from '../world/eventually.js';
import { type Event, image, isDocker, useSetting } from './setting.js';

describe('API: events', () => {
  const daemon = useSetting();

  const past = (filters: Record<string, string[]>, since = 1) =>
    daemon.it.events(filters, `since=${since}`);

  it('tells a container’s life in Docker’s order, one JSON object a line', async () => {
    const name = await daemon.it.running({ Labels: { color: 'red' } });
    await daemon.it.ok(`POST /containers/${name}/rename?name=${name}b`);
    await daemon.it.ok(`POST /containers/${name}b/pause`);
    await daemon.it.ok(`POST /containers/${name}b/unpause`);
    await daemon.it.ok(`POST /containers/${name}b/stop?t=1`);
    await daemon.it.ok(`DELETE /containers/${name}b`);
    const { Id } = { Id: (await past({ container: [name] }))[0]?.Actor.ID ?? '' };
    const events = await past({ container: [Id] });
    const actions = events.map(({ Action }) => Action).filter((action) => action !== 'kill');
    expect(actions).to.deep.equal([
      ...['create', 'start', 'rename', 'pause', 'unpause', 'die', 'stop', 'destroy'],
    ]);
    for (const event of events) {
      expect(event).to.include({ Type: 'container', scope: 'local', id: Id, from: image });
      expect(event.status).to.equal(event.Action);
      expect(event.Actor.ID).to.equal(Id);
      expect(event.Actor.Attributes).to.include({ image, color: 'red' });
      expect(Math.abs(event.timeNano / 1e9 - event.time)).to.be.lessThan(1.1);
    }
    const [died] = events.filter(({ Action }) => Action === 'die');
    expect(died?.Actor.Attributes['exitCode']).to.equal('137');
    const [renamed] = events.filter(({ Action }) => Action === 'rename');
    expect(renamed?.Actor.Attributes).to.include({ name: `${name}b`, oldName: `/${name}` });
  });

  it('tells of signals by their numbers, also of one that is removed by force', async () => {
    const name = await daemon.it.running();
    await daemon.it.ok(`POST /containers/${name}/kill?signal=SIGUSR1`);
    await daemon.it.ok(`DELETE /containers/${name}?force=1`);
    const events = await past({ container: [name], event: ['kill'] });
    expect(events.map(({ Actor }) => Actor.Attributes['signal'])).to.deep.equal(['10', '9']);
  });

  it('tells what a prune brought, whatever it was of', async () => {
    for (const kind of ['container', 'image', 'network', 'volume']) {
      await daemon.it.ok(`POST /${kind}s/prune`);
      const [pruned] = await past({ type: [kind], event: ['prune'] });
      expect(pruned?.Actor.ID).to.equal('');
      expect(pruned?.Actor.Attributes['reclaimed']).to.match(/^\d+$/);
    }
  });

  it('tells of volumes that are pruned', async () => {
    await daemon.it.ok('POST /volumes/create', { body: { Name: 'idle' } });
    const all = encodeURIComponent('{"all":["true"]}');
    await daemon.it.ok(`POST /volumes/prune${isDocker ? '' : `?filters=${all}`}`);
    const events = await past({ volume: ['idle'] });
    expect(events.map(({ Action }) => Action)).to.deep.equal([
      'create',
      ...(isDocker ? [] : ['destroy']),
    ]);
  });

  it('tells of networks and images', async () => {
    const { Id } = await daemon.it.ok<{ Id: string }>('POST /networks/create', {
      body: { Name: 'told' },
    });
    const name = await daemon.it.running({ HostConfig: { NetworkMode: 'told' } });
    await daemon.it.ok(`DELETE /containers/${name}?force=1`);
    await daemon.it.ok('DELETE /networks/told');
    const events = await past({ type: ['network'], network: ['told'] });
    expect(events.map(({ Action }) => Action)).to.deep.equal([
      ...['create', 'connect', 'disconnect', 'destroy'],
    ]);
    for (const { Actor } of events) {
      expect(Actor.ID).to.equal(Id);
      expect(Actor.Attributes).to.include({ name: 'told', type: 'bridge' });
    }
    expect(events[1]?.Actor.Attributes['container']).to.match(/^[0-9a-f]{64}$/);
    await daemon.it.ok(`POST /images/${image}/tag?repo=told&tag=1`);
    await daemon.it.ok('DELETE /images/told:1');
    const images = await past({ type: ['image'], event: ['tag', 'untag'] });
    expect(images.slice(-2).map(({ Action }) => Action)).to.deep.equal(['tag', 'untag']);
  });

  it('filters by every key, alternatives within one, all of them together', async () => {
    const one = await daemon.it.container({ Labels: { size: 'big' } });
    const two = await daemon.it.container({ Labels: { size: 'small' } });
    const names = async (filters: Record<string, string[]>) =>
      (await past(filters)).map(({ Actor }) => Actor.Attributes['name']);
    const created = { event: ['create'], type: ['container'] };
    expect(await names({ ...created, container: [one, two] })).to.deep.equal([one, two]);
    expect(await names({ ...created, label: ['size=big'] })).to.deep.equal([one]);
    expect(await names({ ...created, label: ['size'] })).to.deep.equal([one, two]);
    expect(await names({ ...created, image: ['busybox'] })).to.include.members([one, two]);
    expect(await names({ ...created, image: ['nope'] })).to.deep.equal([]);
    expect(await names({ ...created, type: ['network'], container: [one] })).to.deep.equal([]);
    expect(await names({ type: ['container'], scope: ['swarm'] })).to.deep.equal([]);
  });

  it('bounds by since and until, and tells what comes until then', async () => {
    const before = Date.now() / 1000 - 0.001;
    const name = await daemon.it.container();
    const found = await past({ type: ['container'], event: ['create'] }, before);
    expect(found.map(({ Actor }) => Actor.Attributes['name'])).to.deep.equal([name]);
    // On a machine that is too busy to make a container meanwhile, the moment has to be a later one.
    for (const seconds of [1, 5, 25]) {
      const until = Date.now() / 1000 + seconds;
      const live = daemon.it.send(`GET /events?until=${until.toFixed(3)}`);
      const later = await daemon.it.container();
      if (Date.now() / 1000 >= until) continue;
      const { text, headers } = await live;
      expect(headers['content-type']).to.equal('application/json');
      const told = parse(text).map(({ Actor }) => Actor.Attributes['name']);
      expect(told, 'without since: from the first on').to.include.members([name, later]);
      return;
    }
    expect.fail('no container in time');
  });

  it('sends the head at once and each event when it happens', async () => {
    const told: Event[] = [];
    const call = request({ socketPath: daemon.it.socket, path: '/v1.41/events' });
    call.on('error', () => {});
    const headed = new Promise<void>((resolve) => {
      call.on('response', (response) => {
        response.on('data', (data: Buffer) => told.push(...parse(data.toString())));
        response.on('error', () => {});
        resolve();
      });
    });
    call.end();
    await headed;
    expect(told).to.deep.equal([]);
    await daemon.it.container();
    while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(told[0]?.Action).to.equal('create');
    call.destroy();
  });

  it('tells of an exec with its command, id and exit code', async () => {
    const name = await daemon.it.running();
    const body = { Cmd: ['sh', '-c', 'exit 4'], AttachStdout: true };
    const { Id } = await daemon.it.ok<{ Id: string }>(`POST /containers/${name}/exec`, { body });
    using stream = daemon.it.hijack(`/exec/${Id}/start`, { upgrade: true, body: '{}' });
    await stream.whole();
    const event = ['exec_create', 'exec_start', 'exec_die'];
    const events = await eventually(async () => {
      const told = await past({ container: [name], event });
      expect(told.map(({ Action }) => Action)).to.deep.equal([
        ...['exec_create: sh -c exit 4', 'exec_start: sh -c exit 4', 'exec_die'],
      ]);
      return told;
    });
    expect(events[2]?.Actor.Attributes).to.include({ execID: Id, exitCode: '4' });
  });
});

function parse(text: string): Event[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => JSON.parse(line) as Event);
}
