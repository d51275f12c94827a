import { expect } from 'chai';
import { TestDaemon } from '../world/daemon.js';
import { eventually } from '../world/eventually.js';
import { useInSuite } from '../world/suite.js';
import { World } from '../world/world.js';
import { DockerDaemon } from './dockerd.js';
import { type Answer, type Begun, begin, RawConnection, type Sent, send } from './http.js';
import { busyboxTar } from './rootfs.js';

/** Whether the tests are put to a real dockerd: `TSNET_TEST_TARGET=docker`. */
export const isDocker = process.env['TSNET_TEST_TARGET'] === 'docker';

/** The image that containers are made of. */
export const image = 'busybox:test';

/** The version of the API that both daemons speak. */
const common = '/v1.41';

/** A line of `GET /events`. */
export interface Event {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly scope: string;
  readonly time: number;
  readonly timeNano: number;
  readonly status?: string;
  readonly id?: string;
  readonly from?: string;
}

/** A daemon in a world of its own, asked over HTTP. */
export class Setting implements AsyncDisposable {
  readonly world: World;
  readonly socket: string;
  readonly #daemon: AsyncDisposable;
  #names = 0;

  private constructor(world: World, daemon: AsyncDisposable & { readonly socket: string }) {
    this.world = world;
    this.#daemon = daemon;
    this.socket = daemon.socket;
  }

  static async create(): Promise<Setting> {
    const world = await World.create();
    const { host } = world;
    const daemon = await (isDocker ? DockerDaemon.start(host) : TestDaemon.start(host));
    const setting = new Setting(world, daemon);
    const change = encodeURIComponent('ENV PATH=/bin');
    await setting.ok(`POST /images/create?fromSrc=-&repo=busybox&tag=test&changes=${change}`, {
      body: await busyboxTar(),
    });
    return setting;
  }

  /** Sends a request. Paths without a version get the one that both daemons speak. */
  send(line: string, sent: Sent = {}): Promise<Answer> {
    return send(this.socket, versioned(line), sent);
  }

  /** The same up to the head of the answer, for what answers later, such as a wait. */
  begin(line: string, sent: Sent = {}): Promise<Begun> {
    return begin(this.socket, versioned(line), sent);
  }

  /** Sends one that must succeed and gives its JSON. */
  async ok<T>(line: string, sent: Sent = {}): Promise<T> {
    const { status, text } = await this.send(line, sent);
    if (status >= 400) throw new Error(`${line}: ${status} ${text}`);
    return (text.startsWith('{') || text.startsWith('[') ? parseFirst(text) : undefined) as T;
  }

  /** Sends one that must be refused: with this status, and a message that has these words, whatever their case. */
  async refused(line: string, status: number, words: string, sent: Sent = {}): Promise<void> {
    const answer = await this.send(line, sent);
    expect(answer.status, `${line}: ${answer.text}`).to.equal(status);
    const body = JSON.parse(answer.text) as { message: string };
    expect(Object.keys(body)).to.deep.equal(['message']);
    expect(body.message.toLowerCase()).to.include(words.toLowerCase());
    expect(answer.headers['content-type']).to.equal('application/json');
  }

  /** Makes a container under a name of its own; `body` over the image and `sleep`. Gives the name. */
  async container(body: object = {}): Promise<string> {
    const name = `box${++this.#names}`;
    const base = { Image: image, Cmd: ['sleep', '1000'], HostConfig: {}, StopSignal: 'SIGKILL' };
    await this.ok(`POST /containers/create?name=${name}`, { body: { ...base, ...body } });
    return name;
  }

  /** The same, started. */
  async running(body: object = {}): Promise<string> {
    const name = await this.container(body);
    await this.ok(`POST /containers/${name}/start`);
    return name;
  }

  /** Waits until a container has written this. */
  async says(name: string, words: string): Promise<void> {
    await eventually(async () => {
      const { text } = await this.send(`GET /containers/${name}/logs?stdout=1&stderr=1`);
      expect(text).to.include(words);
    });
  }

  /** Begins to wait for the end of a container; what resolves once that has begun gives its exit code. */
  async waiting(name: string, condition: string): Promise<() => Promise<number>> {
    const { text } = await this.begin(`POST /containers/${name}/wait?condition=${condition}`);
    return async () => (JSON.parse(await text) as { StatusCode: number }).StatusCode;
  }

  /** What has happened so far, by filter; `query` is added to the request. */
  async events(filters: Record<string, readonly string[]>, query = 'since=1'): Promise<Event[]> {
    // Docker counts in nanoseconds, so the present millisecond must be over.
    const until = (Date.now() / 1000 + 0.005).toFixed(6);
    const words = `until=${until}&filters=${encodeURIComponent(JSON.stringify(filters))}`;
    const { text, status } = await this.send(`GET /events?${words}&${query}`);
    expect(status, text).to.equal(200);
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines.map((line) => JSON.parse(line) as Event);
  }

  /** Opens a connection that a request takes over. `upgrade` asks for it as today's clients do; `after` follows the body at once. */
  hijack(
    path: string,
    options: {
      upgrade: boolean;
      version?: string;
      body?: string;
      after?: string;
      isDeaf?: boolean;
    },
  ): RawConnection {
    const { upgrade, version = common, body = '', after = '', isDeaf = false } = options;
    return new RawConnection(
      this.socket,
      [
        `POST ${version}${path} HTTP/1.1`,
        'Host: docker',
        ...(upgrade ? ['Connection: Upgrade', 'Upgrade: tcp'] : []),
        ...(body ? ['Content-Type: application/json', `Content-Length: ${body.length}`] : []),
      ],
      { after: body + after, isDeaf },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = await this.ok<{ Id: string }[]>('GET /containers/json?all=1').catch(() => []);
    await Promise.all(all.map(({ Id }) => this.send(`DELETE /containers/${Id}?force=1`)));
    await this.#daemon[Symbol.asyncDispose]();
    await this.world[Symbol.asyncDispose]();
  }
}

/** Gives a suite its daemon; skipped when not root. */
export function useSetting(): { readonly it: Setting } {
  return useInSuite(() => Setting.create());
}

function versioned(line: string): string {
  return line.replace(/ (?=\/(?!v\d|_ping))/, ` ${common}`);
}

/** JSON, or the first of several objects on lines of their own. */
function parseFirst(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(text.slice(0, text.indexOf('\n')));
  }
}
