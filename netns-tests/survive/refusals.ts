import type { TestDaemon } from '../world/daemon.js';
import { type Described, describeAll, type Inspected } from './described.js';
import type { Answer, Request } from './workload.js';

/** A refusal, and whether what the API shows is a reason for it. `words` are the groups of the pattern. */
interface Reason {
  readonly pattern: RegExp;
  readonly holds: (all: Described, words: readonly string[], request: Request) => boolean;
}

const always = () => true;

/**
 * Refusals that a quiet daemon may answer with. A name, address or port that nobody has any more must not be
 * refused: whoever has it must be there to be seen.
 */
const reasons: readonly Reason[] = [
  {
    pattern: /The container name \\?"?\/?(\w+)\\?"? is already in use/,
    holds: ({ containers }, [name]) => containers.some(({ Name }) => Name === `/${name}`),
  },
  {
    pattern: /network with name (\w+) already exists/,
    holds: ({ networks }, [name]) => networks.some(({ Name }) => Name === name),
  },
  {
    pattern: /:(\d+)(?:\/\w+)? failed|:(\d+): (?:bind|listen).*in use/,
    holds: ({ containers }, [bound, listening]) =>
      containers.some((one) => publishes(one, bound ?? listening ?? '')),
  },
  {
    pattern: /all ports are allocated/,
    holds: ({ containers }) => containers.some((one) => publishes(one, '18100')),
  },
  {
    pattern: /is held by container (\w+)/,
    holds: ({ containers }, [name]) => containers.some(({ Name }) => Name === `/${name}`),
  },
  {
    pattern: /No such container: (\w+)/,
    holds: ({ containers }, [id = '-']) => !containers.some(({ Id }) => Id.startsWith(id)),
  },
  {
    pattern: /network (\w+) not found/,
    holds: ({ networks }, [name]) => !networks.some(({ Name, Id }) => Name === name || Id === name),
  },
  {
    pattern: /has active endpoints/,
    holds: ({ networks }, _words, { path }) =>
      networks.some(
        ({ Name, Containers }) => path.endsWith(`/${Name}`) && Object.keys(Containers).length > 0,
      ),
  },
  { pattern: /already exists in network (\w+)/, holds: isOn(true) },
  { pattern: /is not connected to (?:the )?network (\w+)/, holds: isOn(false) },
  {
    pattern: /container (\w+) is not running/,
    holds: ({ containers }, [id]) =>
      containers.every(({ Id, State }) => Id !== id || State.Status !== 'running'),
  },
  {
    pattern: /non running container/,
    holds: ({ containers }) => containers.some(({ State }) => State.Status !== 'running'),
  },
  {
    pattern: /configuration network \W*(net\d4)\W* does not exist/,
    holds: ({ networks }, [name]) => !networks.some(({ Name }) => Name === name),
  },
  {
    pattern: /configuration network \W*(net\d)4\W* is in use/,
    holds: ({ networks }, [name]) => networks.some(({ Name }) => Name === `${name}5`),
  },
  // A container that was to vanish with its end; that it does is seen by its traces.
  { pattern: /removal of container \w+ is already in progress|marked for removal/, holds: always },
  { pattern: /Cannot link to|could not get container/, holds: always },
  { pattern: /with the same name as its current name/, holds: always },
  { pattern: /configuration-only|sharing network namespace|private \(none\) mode/, holds: always },
  {
    pattern: /host network|links are only|conflicting options/,
    holds: always,
  },
  { pattern: /user specified IP address is supported only|no configured subnet/, holds: always },
];

/** Why a quiet daemon's refusal is wrong; undefined where what the API shows is a reason for it. */
export async function unjustified(
  daemon: TestDaemon,
  request: Request,
  { status, body }: Answer,
): Promise<string | undefined> {
  if (status < 400) return undefined;
  const text = JSON.stringify(body);
  const all = await describeAll(daemon);
  const isReason = ({ pattern, holds }: Reason) => {
    const [match, ...words] = pattern.exec(text) ?? [];
    return match !== undefined && holds(all, words, request);
  };
  return reasons.some(isReason) ? undefined : `${status} ${text}`;
}

function publishes({ NetworkSettings: { Ports } }: Inspected, port: string): boolean {
  return Object.values(Ports).some((bindings) =>
    bindings?.some(({ HostPort }) => HostPort === port),
  );
}

function isOn(wanted: boolean): Reason['holds'] {
  return ({ containers }, [network = ''], { body }) => {
    const { Container } = (body ?? {}) as { Container?: string };
    const found = containers.find(({ Id }) => Id === Container);
    return found !== undefined && network in found.NetworkSettings.Networks === wanted;
  };
}
