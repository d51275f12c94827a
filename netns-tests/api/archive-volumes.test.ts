import { expect } from 'chai';
import { useSetting } from './setting.js';
import { tarOf } from './tar.js';

interface VolumeEvent {
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

describe('API: files in volumes of a container that is not running', () => {
  const daemon = useSetting();

  it('are told of as uses of the container', async () => {
    const HostConfig = { Binds: ['shelf:/data:ro', 'room:/room'] };
    const name = await daemon.it.container({ HostConfig });
    const { Id } = await daemon.it.ok<{ Id: string }>(`GET /containers/${name}/json`);
    const headers = { 'Content-Type': 'application/x-tar' };
    const body = await tarOf([{ name: 'file', content: 'text' }]);
    await daemon.it.ok(`PUT /containers/${name}/archive?path=/room`, { body, headers });
    const uses = async () => {
      const filters = encodeURIComponent('{"type":["volume"],"event":["mount","unmount"]}');
      const until = Date.now() / 1000 + 0.1;
      const { text } = await daemon.it.send(
        `GET /events?since=1&until=${until}&filters=${filters}`,
      );
      const lines = text.split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line) as VolumeEvent);
    };
    let events = await uses();
    while (events.length < 4) events = await uses();
    const told = events.map(({ Action, Actor: { ID, Attributes } }) => [
      `${Action} ${ID}`,
      Attributes['container'],
      Attributes['destination'],
      Attributes['read/write'],
    ]);
    expect(told.sort()).to.deep.equal([
      ['mount room', Id, '/room', 'true'],
      ['mount shelf', Id, '/data', 'false'],
      ['unmount room', Id, undefined, undefined],
      ['unmount shelf', Id, undefined, undefined],
    ]);
  });
});
