import { shortId } from '../../base/ids.js';

/** What is told of a container along with its lines. */
export interface LogSubject {
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  /** `sha256:...` */
  readonly imageId: string;
  /** As the user named it. */
  readonly imageName: string;
  /** Entrypoint and arguments. */
  readonly args: readonly string[];
  /** `NAME=value`. */
  readonly env: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Of the host. */
  readonly hostname: string;
}

/** What a tag's template may say of a container; Docker's words. */
const fields: Readonly<Record<string, (subject: LogSubject) => string>> = {
  ID: ({ id }) => shortId(id),
  FullID: ({ id }) => id,
  Name: ({ name }) => name,
  ContainerID: ({ id }) => id,
  ContainerName: ({ name }) => `/${name}`,
  Command: ({ args }) => args.join(' '),
  ImageID: ({ imageId }) => shortId(imageId.replace(/^sha256:/, '')),
  ImageFullID: ({ imageId }) => imageId,
  ContainerImageID: ({ imageId }) => imageId,
  ImageName: ({ imageName }) => imageName,
  ContainerImageName: ({ imageName }) => imageName,
  Hostname: ({ hostname }) => hostname,
  DaemonName: () => 'docker',
};

/** Writes a tag such as `{{.Name}}/{{.ID}}`. @throws Error in Docker's words for a field that there is not */
export function logTag(template: string, subject: LogSubject): string {
  const rest = template.replace(/\{\{.*?\}\}/g, '');
  if (rest.includes('{{')) throw new Error('template: log-tag:1: unclosed action');
  return template.replace(/\{\{-?\s*(.*?)\s*-?\}\}/g, (_, action: string, at: number) => {
    const name = /^\.(\w+)$/.exec(action)?.[1];
    const field = name === undefined ? undefined : fields[name];
    if (field) return field(subject);
    const place = `template: log-tag:1:${at + 2}`;
    throw new Error(
      name === undefined
        ? `${place}: a tag's template may have fields of the container only, not "${action}"`
        : `${place}: executing "log-tag" at <.${name}>: can't evaluate field ${name} in type *logger.Info`,
    );
  });
}

type Options = Readonly<Record<string, string>>;

/** The labels and variables that a container's settings want with each line. */
export function logAttributes(options: Options, subject: LogSubject): Map<string, string> {
  const env = new Map(subject.env.map((one): [string, string] => splitVariable(one)));
  const labels = new Map(Object.entries(subject.labels));
  return new Map([
    ...named(labels, options['labels']),
    ...matching(labels, options['labels-regex']),
    ...named(env, options['env']),
    ...matching(env, options['env-regex']),
  ]);
}

/** The same with the tag, if there is one: what `logs --details` shows. */
export function lineAttributes(options: Options, subject: LogSubject): Map<string, string> {
  const attributes = logAttributes(options, subject);
  const tag = options['tag'] ? logTag(options['tag'], subject) : '';
  return tag === '' ? attributes : attributes.set('tag', tag);
}

function splitVariable(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function named(values: ReadonlyMap<string, string>, names: string | undefined) {
  const wanted = (names ?? '').split(',');
  return [...values].filter(([name]) => wanted.includes(name));
}

function matching(values: ReadonlyMap<string, string>, pattern: string | undefined) {
  if (!pattern) return [];
  const expression = new RegExp(pattern);
  return [...values].filter(([name]) => expression.test(name));
}
