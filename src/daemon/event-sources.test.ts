import { expect } from 'chai';
import { FakeContext } from '../engine/containers/fake-context.js';
import { fakeNetwork } from '../engine/containers/fake-networks.js';
import { fromContainer, fromImage, fromNetwork } from './event-sources.js';

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

  it('are passed on from images', () =>
    expect(
      fromImage({ action: 'tag', id: 'sha256:a', attributes: { name: 'box:1' } }),
    ).to.deep.equal({
      Type: 'image',
      Action: 'tag',
      Actor: { ID: 'sha256:a', Attributes: { name: 'box:1' } },
    }));
});
