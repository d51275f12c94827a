import { expect } from 'chai';
import { FakeContext } from '../engine/containers/fake-context.js';
import { fakeNetwork } from '../engine/containers/fake-networks.js';
import { fromContainer, fromImage, fromNetwork, reloadEvent } from './event-sources.js';
import { LiveState, readLiveSettings } from './live-settings.js';
import { mergeOptions } from './options.js';

describe('events of the parts', () => {
  it("have a container's labels, and its name and image whatever the labels say", async () => {
    using world = new FakeContext();
    const { id, record } = await world.create('web', { Labels: { tier: 'front', name: 'trick' } });
    const event = { action: 'die', container: record, attributes: { exitCode: '3' } };
    expect(fromContainer(event)).to.deep.equal({
      Type: 'container',
      Action: 'die',
      Actor: {
        ID: id,
        Attributes: { tier: 'front', exitCode: '3', image: 'box', name: 'web' },
      },
    });
  });

  it('name the container of a connect', () => {
    const network = fakeNetwork('side');
    const { id: ID } = network;
    const Attributes = { name: 'side', type: 'bridge' };
    expect(fromNetwork({ action: 'create', network })).to.deep.equal({
      Type: 'network',
      Action: 'create',
      Actor: { ID, Attributes },
    });
    expect(fromNetwork({ action: 'connect', network, containerId: 'c1' }).Actor).to.deep.equal({
      ID,
      Attributes: { ...Attributes, container: 'c1' },
    });
  });

  it('have all that a reload may change', () => {
    const given = {
      'add-runtime': { a: '/bin/a', b: { path: 'b', runtimeArgs: ['--x'] } },
      'default-shm-size': '1m',
      feature: { b: true, a: false },
    };
    const live = new LiveState(readLiveSettings(mergeOptions({}, given)));
    const { Actor } = reloadEvent('me', { live, defaultRuntime: 'crun', cgroupVersion: '2' });
    expect(Actor.ID).to.equal('me');
    expect(Actor.Attributes).to.deep.include({
      debug: 'false',
      'default-cgroupns-mode': 'private',
      'default-ipc-mode': 'private',
      'default-runtime': 'crun',
      'default-shm-size': '1048576',
      features: 'map[a:false b:true]',
      'insecure-registries': '[]',
      labels: '[]',
      'live-restore': 'false',
      'max-concurrent-downloads': '3',
      'max-concurrent-uploads': '5',
      'max-download-attempts': '5',
      'registry-mirrors': '[]',
      runtimes: 'a:/bin/a b:b',
      'shutdown-timeout': '15',
    });
  });

  it('are passed on from images', () =>
    expect(
      fromImage({ action: 'tag', id: 'sha256:a', attributes: { name: 'box:1' } }),
    ).to.deep.equal({
      Type: 'image',
      Action: 'tag',
      Actor: { ID: 'sha256:a', Attributes: { name: 'box:1' } },
    }));
});
