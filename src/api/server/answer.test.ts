import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { Conflict } from '../../base/errors.js';
import { jsonLines, progress } from './answer.js';

/** Serves one request by `work`; hands out the answer and what `work` did. */
async function served(
  work: (response: ServerResponse) => Promise<void>,
  read: (answer: IncomingMessage) => Promise<string> = textOf,
): Promise<{ status: number; text: string; failure: unknown }> {
  let failure: unknown;
  const { promise, resolve } = deferred();
  const server = createServer((_, response) => {
    work(response)
      .catch((error: unknown) => {
        failure = error;
        response.end();
      })
      .finally(resolve);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [answer]: IncomingMessage[] = await once(get({ port, host: '127.0.0.1' }), 'response');
  if (!answer) throw new Error('no answer');
  const text = await read(answer);
  await promise;
  server.closeAllConnections();
  server.close();
  return { status: answer.statusCode ?? 0, text, failure };
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of answer) text += part;
  return text;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe('progress', () => {
  it('sends messages as lines', async () => {
    const { status, text } = await served((response) =>
      progress(response, async (send) => {
        send({ status: 'a' });
        send({ status: 'b' });
      }),
    );
    expect(status).to.equal(200);
    expect(text).to.equal('{"status":"a"}\r\n{"status":"b"}\r\n');
  });

  it('is an empty answer if there is nothing to say', async () =>
    expect(await served((response) => progress(response, async () => {}))).to.include({
      status: 200,
      text: '',
    }));

  it('throws what goes wrong before the first message', async () => {
    const { failure } = await served((response) =>
      progress(response, async () => {
        throw new Conflict('early');
      }),
    );
    expect(failure).to.be.instanceOf(Conflict);
  });

  it('tells what goes wrong later as the last message', async () => {
    const { status, text, failure } = await served((response) =>
      progress(response, async (send) => {
        send({ status: 'a' });
        throw new Conflict('late');
      }),
    );
    expect(failure).to.equal(undefined);
    expect(status).to.equal(200);
    expect(text).to.equal(
      '{"status":"a"}\r\n{"errorDetail":{"message":"late"},"error":"late"}\r\n',
    );
  });
});

describe('jsonLines', () => {
  it('sends an object a line', async () => {
    async function* numbers() {
      yield { n: 1 };
      yield { n: 2 };
    }
    const { text } = await served((response) => jsonLines(response, numbers()));
    expect(text).to.equal('{"n":1}\n{"n":2}\n');
  });

  it('lets go of the source when a client goes that does not read', async () => {
    let isLetGo = false;
    async function* endless() {
      try {
        for (;;) yield { text: 'x'.repeat(10_000) };
      } finally {
        isLetGo = true;
      }
    }
    await served(
      (response) => jsonLines(response, endless()),
      async (answer) => {
        await new Promise((done) => setTimeout(done, 20));
        answer.destroy();
        return '';
      },
    );
    expect(isLetGo).to.equal(true);
  });
});
