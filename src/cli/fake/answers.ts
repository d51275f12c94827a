import {
  containers,
  events,
  ids,
  images,
  inspected,
  inspectedImage,
  networks,
} from './fixtures.js';
import { info } from './info.js';
import { frame } from './processes.js';
import { volumeRules } from './volumes.js';

/** A request as the fake daemon saw it. */
export interface Recorded {
  readonly method: string;
  /** Without the version. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed if it was JSON, else the text. */
  readonly body: unknown;
}

/** What the fake daemon answers. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** Instead of `body`. */
  readonly raw?: { readonly type: string; readonly bytes: Buffer };
  /** Headers at once, the body this much later. */
  readonly afterMs?: number;
}

export type Answerer = (request: Recorded, part: string) => Answer;

/** What is asked, and the answer. */
export type Rule = readonly [method: string, path: RegExp, answer: Answerer];

const ok = (body: unknown): Answer => ({ status: 200, body });
const none: Answer = { status: 204 };
const failed = (status: number, message: string): Answer => ({ status, body: { message } });
const lines = (items: readonly object[]): Answer => ({
  status: 200,
  raw: {
    type: 'application/json',
    bytes: Buffer.from(items.map((item) => `${JSON.stringify(item)}\n`).join('')),
  },
});

/** Containers that only verbs meet: by their name they have an exit code, or refuse. */
const exitCodes: Readonly<Record<string, number>> = { [ids.created]: 3, web: 0, job: 7 };

/** `name` of a container or image that is there; the answer to all others is 404. */
const known = (name: string) => !name.startsWith('no');

function verb(request: Recorded, ref: string): Answer {
  if (known(ref)) return none;
  void request;
  return failed(404, `No such container: ${ref}`);
}

function create({ body, query }: Recorded): Answer {
  const image = String((body as { Image?: string }).Image);
  if (image.startsWith('missing')) return failed(404, `No such image: ${image}`);
  if (query['name'] === 'taken') {
    return failed(409, `Conflict. The container name "/taken" is already in use.`);
  }
  const warned =
    image === 'warned' ? ['Your kernel does not support swap limit capabilities.'] : [];
  const Id = Object.hasOwn(startErrors, image) ? image : ids.created;
  return { status: 201, body: { Id, Warnings: warned } };
}

/** Starting a container of these images fails as the runtime would. */
const startErrors: Readonly<Record<string, string>> = {
  unfound:
    'failed to create task for container: exec: "nope": executable file not found in $PATH: unknown',
  denied: 'failed to create task for container: exec: "/etc": permission denied: unknown',
  broken: 'driver failed programming external connectivity: port is already allocated',
};

const rules: readonly Rule[] = [
  ['GET', /^\/_ping$/, () => ok(undefined)],
  ['HEAD', /^\/_ping$/, () => ok(undefined)],
  ['GET', /^\/info$/, () => ok(info)],
  [
    'GET',
    /^\/containers\/json$/,
    ({ query }) => ok(containers(Date.now()).filter((_, i) => query['all'] === '1' || i === 0)),
  ],
  ['POST', /^\/containers\/create$/, create],
  [
    'POST',
    /^\/containers\/prune$/,
    () => ok({ ContainersDeleted: [ids.job], SpaceReclaimed: 2_097_152 }),
  ],
  [
    'POST',
    /^\/containers\/(.+)\/start$/,
    (request, ref) =>
      startErrors[ref] === undefined ? verb(request, ref) : failed(400, startErrors[ref]),
  ],
  [
    'POST',
    /^\/containers\/(.+)\/wait$/,
    (_, ref) =>
      known(ref)
        ? { status: 200, body: { StatusCode: exitCodes[ref] ?? 0 }, afterMs: 60 }
        : failed(404, `No such container: ${ref}`),
  ],
  ['POST', /^\/containers\/(.+)\/attach$/, verb],
  [
    'POST',
    /^\/containers\/(.+)\/exec$/,
    (_, ref) =>
      known(ref)
        ? { status: 201, body: { Id: ids.exec } }
        : failed(409, `container ${ref} is not running`),
  ],
  ['POST', /^\/exec\/.*\/start$/, () => ok(undefined)],
  ['GET', /^\/exec\/.*\/json$/, () => ok({ ID: ids.exec, Running: false, ExitCode: 5 })],
  [
    'GET',
    /^\/containers\/(.+)\/top$/,
    () =>
      ok({
        Titles: ['UID', 'PID', 'CMD'],
        Processes: [
          ['root', '4242', 'nginx: master process'],
          ['33', '1', 'x'],
        ],
      }),
  ],
  [
    'GET',
    /^\/containers\/(.+)\/logs$/,
    () => ({
      status: 200,
      raw: {
        type: 'application/vnd.docker.multiplexed-stream',
        bytes: Buffer.concat([frame(1, 'out line\n'), frame(2, 'err line\n')]),
      },
    }),
  ],
  [
    'GET',
    /^\/containers\/(.+)\/export$/,
    () => ({
      status: 200,
      raw: { type: 'application/x-tar', bytes: Buffer.from('tar bytes') },
    }),
  ],
  [
    'GET',
    /^\/containers\/(.+)\/json$/,
    (_, ref) =>
      known(ref) &&
      !ref.startsWith('nginx') &&
      !ref.startsWith('zeta') &&
      !ref.startsWith('missing')
        ? ok({ ...inspected, ...(ref === ids.created && { Id: ref }) })
        : failed(404, `No such container: ${ref}`),
  ],
  [
    'POST',
    /^\/containers\/([^/]+)\/update$/,
    (request, ref) =>
      known(ref)
        ? ok({ Warnings: ref === 'warned' ? ['Limitation discarded.'] : null })
        : verb(request, ref),
  ],
  ['POST', /^\/containers\/([^/]+)\/\w+$/, verb],
  ['DELETE', /^\/containers\/(.+)$/, verb],
  ['GET', /^\/images\/json$/, () => ok(images(Date.now()))],
  [
    'POST',
    /^\/images\/create$/,
    ({ query }) =>
      query['fromSrc'] === '-'
        ? lines([{ status: ids.image }])
        : failed(501, `pull of ${query['fromImage']} is not possible: there is no registry`),
  ],
  ['POST', /^\/images\/load$/, () => lines([{ stream: 'Loaded image: nginx:1.27\n' }])],
  [
    'POST',
    /^\/images\/prune$/,
    () =>
      ok({
        ImagesDeleted: [{ Untagged: 'old:1' }, { Deleted: ids.dangling }],
        SpaceReclaimed: 1000,
      }),
  ],
  [
    'GET',
    /^\/images\/get$/,
    () => ({
      status: 200,
      raw: { type: 'application/x-tar', bytes: Buffer.from('image tar') },
    }),
  ],
  [
    'GET',
    /^\/images\/(.+)\/json$/,
    (_, ref) =>
      known(ref) && !ref.startsWith('zeta')
        ? ok(inspectedImage)
        : failed(404, `No such image: ${ref}`),
  ],
  [
    'GET',
    /^\/images\/(.+)\/history$/,
    () =>
      ok([
        {
          Id: ids.image,
          Created: 1_700_000_000,
          CreatedBy: 'CMD ["nginx" "-g" "daemon off;"] # and a long rest',
          Tags: null,
          Size: 0,
          Comment: 'buildkit',
        },
      ]),
  ],
  [
    'POST',
    /^\/images\/(.+)\/tag$/,
    (_, ref) => (known(ref) ? { status: 201 } : failed(404, `No such image: ${ref}`)),
  ],
  [
    'DELETE',
    /^\/images\/(.+)$/,
    (_, ref) =>
      known(ref)
        ? ok([{ Untagged: `${ref}:latest` }, { Deleted: ids.image }])
        : failed(404, `No such image: ${ref}`),
  ],
  ['GET', /^\/networks$/, () => ok(networks())],
  [
    'POST',
    /^\/networks\/create$/,
    ({ body }) =>
      (body as { Name: string }).Name === 'taken'
        ? failed(409, 'network with name taken already exists')
        : { status: 201, body: { Id: ids.net, Warning: '' } },
  ],
  ['POST', /^\/build\/prune$/, () => ok({ CachesDeleted: ['cache1'], SpaceReclaimed: 5 })],
  ['POST', /^\/networks\/prune$/, () => ok({ NetworksDeleted: ['zeta', 'eta'] })],
  [
    'POST',
    /^\/networks\/(.+)\/\w+$/,
    (_, ref) => (known(ref) ? { status: 200 } : failed(404, `network ${ref} not found`)),
  ],
  [
    'GET',
    /^\/networks\/(.+)$/,
    (_, ref) =>
      known(ref)
        ? ok(networks()[ref === 'bridge' ? 0 : 1])
        : failed(404, `network ${ref} not found`),
  ],
  [
    'DELETE',
    /^\/networks\/(.+)$/,
    (_, ref) => (known(ref) ? none : failed(404, `network ${ref} not found`)),
  ],
  ['GET', /^\/events$/, () => lines(events)],
  ...volumeRules,
];

/** The answer to a request. */
export function answerOf(request: Recorded): Answer {
  for (const [method, path, answer] of rules) {
    const match = path.exec(request.path);
    if (method === request.method && match)
      return answer(request, decodeURIComponent(match[1] ?? ''));
  }
  return failed(404, 'page not found');
}
