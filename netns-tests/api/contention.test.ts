import { expect } from 'chai';
import { useSetting } from './setting.js';

/** What several clients do to one container at the same time. */
describe('API: clients that get in each other’s way', () => {
  const setting = useSetting();
  const send = (line: string, sent = {}) => setting.it.send(line, sent);

  /** A container that pays no attention to being asked to end, and a stop of it that has all the time there is. */
  async function stubborn(): Promise<{ name: string; stopped: ReturnType<typeof send> }> {
    const since = Math.floor(Date.now() / 1000);
    const name = await setting.it.running({ StopSignal: 'SIGTERM' });
    const stopped = send(`POST /containers/${name}/stop?t=1000000000`);
    const filters = encodeURIComponent(JSON.stringify({ container: [name], event: ['kill'] }));
    for (let text = ''; text === ''; ) {
      const until = Date.now() / 1000;
      ({ text } = await send(`GET /events?since=${since}&until=${until}&filters=${filters}`));
    }
    return { name, stopped };
  }

  const ends: [string, (name: string) => string][] = [
    ['a removal by force', (name) => `DELETE /containers/${name}?force=1`],
    ['a kill', (name) => `POST /containers/${name}/kill`],
    ['a stop with less patience', (name) => `POST /containers/${name}/stop?t=0`],
    ['a restart', (name) => `POST /containers/${name}/restart?t=0`],
  ];
  for (const [what, line] of ends) {
    it(`${what} does not wait for a stop`, async () => {
      const { name, stopped } = await stubborn();
      expect((await send(line(name))).status).to.equal(204);
      expect((await stopped).status).to.equal(204);
    });
  }

  it('what is asked of one that is being stopped is done at once', async () => {
    const { name, stopped } = await stubborn();
    expect((await send(`POST /containers/${name}/start`)).status).to.equal(304);
    const body = { RestartPolicy: { Name: 'always' } };
    expect((await send(`POST /containers/${name}/update`, { body })).status).to.equal(200);
    expect((await send(`POST /containers/${name}/rename?name=${name}b`)).status).to.equal(204);
    expect((await send(`POST /containers/${name}b/pause`)).status).to.equal(204);
    expect((await send(`DELETE /containers/${name}b?force=1`)).status).to.equal(204);
    expect((await stopped).status).to.equal(204);
  });

  it('a container that is killed while it is paused ends', async () => {
    for (let round = 0; round < 8; round++) {
      const name = await setting.it.running();
      const [paused, killed] = await Promise.all([
        send(`POST /containers/${name}/pause`),
        send(`POST /containers/${name}/kill`),
      ]);
      expect(paused.status).to.be.oneOf([204, 409, 500]);
      expect(killed.status, killed.text).to.equal(204);
      expect((await send(`DELETE /containers/${name}`)).status).to.equal(204);
    }
  });

  it('a second removal is told of the first', async () => {
    const name = await setting.it.running();
    const remove = () => send(`DELETE /containers/${name}?force=1`);
    const both = await Promise.all([remove(), remove()]);
    expect(both.map(({ status }) => status).sort()[0]).to.equal(204);
    expect(both.map(({ status }) => status).sort()[1]).to.be.oneOf([404, 409]);
  });
});
