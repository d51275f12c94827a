/** What containers and networks leave on a machine: what should be there by the API, and what is there. */

/** Lists of text, so that a difference can be read. All of them are sorted. */
export interface Traces {
  /** Devices in the host's namespace, those of networks without a parent among them. */
  readonly bridges: readonly string[];
  /** `veth on <bridge>`, one for each. */
  readonly veths: readonly string[];
  /** Who owns firewall rules: `network/<id>`, `endpoint/<id>`, `ports/<id>`. */
  readonly ruleOwners: readonly string[];
  /** Host ports that the firewall leads to containers: `tcp 127.0.0.1 8080 to 172.17.0.2`. */
  readonly forwards: readonly string[];
  /** Rules that stand twice. */
  readonly doubles: readonly string[];
  /** Sockets that hold published ports: `tcp 0.0.0.0 8080`, and `by proxy` where that serves them. */
  readonly sockets: readonly string[];
  /** How many programs serve ports. One that has just lost its last one may wait for the next. */
  readonly proxies: number;
  /** What is inside sandboxes: interfaces with their addresses, default routes, redirected name servers. */
  readonly insides: readonly string[];
  /** A container's own and its friends' lines of `/etc/hosts`, behind its short id. */
  readonly hosts: readonly string[];
  /** What containers are called on their networks: `<short id> <name>`. */
  readonly names: readonly string[];
  /** Mount points below the daemon's folder, relative to it. */
  readonly mounts: readonly string[];
  /** Files of network namespaces. */
  readonly namespaces: readonly string[];
  /** Ids with control groups. */
  readonly cgroups: readonly string[];
  /** Ids with a conmon. */
  readonly monitors: readonly string[];
  /** Processes of an OCI runtime that still makes a container. */
  readonly makers: readonly string[];
  /** Names below the exec root that belong to a container: `run/<short id>`, `state/runs/<id>.json`, ... */
  readonly execRoot: readonly string[];
  /** Names below the data root that belong to a container. */
  readonly dataRoot: readonly string[];
}

/** Folders of the exec root that have an entry for each running container, and how it is called. */
export const execFolders: readonly (readonly [string, (id: string) => string])[] = [
  ['run', short],
  ['state/runs', (id) => `${id}.json`],
  ['state/sandboxes', (id) => `${id}.json`],
  ['launcher/containers', (id) => id],
  ['launcher/runtime', (id) => id],
];

/** As ids are shown. */
export function short(id: string): string {
  return id.slice(0, 12);
}

/** What one of them has more than the other, a line each: `veths: + veth on docker0`. */
export function differences(found: Traces, expected: Traces): string[] {
  const keys = Object.keys(expected) as (keyof Traces)[];
  return keys.flatMap((key) => {
    const [there, wanted] = [linesOf(found[key]), linesOf(expected[key])];
    return [
      ...beyond(there, wanted).map((line) => `${key}: + ${line}`),
      ...beyond(wanted, there).map((line) => `${key}: - ${line}`),
    ];
  });
}

function linesOf(trace: Traces[keyof Traces]): string[] {
  return typeof trace === 'number' ? [String(trace)] : [...trace];
}

/** What `all` has and `others` has not; something that is there twice must be there twice. */
function beyond(all: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return all.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
