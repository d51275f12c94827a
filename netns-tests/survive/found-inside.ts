import { join } from 'node:path';
import { Lifetime } from '../../src/base/rollback.js';
import { run } from '../world/command.js';
import { Namespace } from '../world/namespace.js';
import { type Described, friendsOf } from './described.js';
import { names, read } from './machine.js';
import { short, type Traces } from './traces.js';

interface Link {
  readonly address: string;
  readonly linkinfo?: { readonly info_kind?: string };
  readonly addr_info: readonly {
    readonly scope: string;
    readonly local: string;
    readonly prefixlen: number;
  }[];
}
interface Route {
  readonly dst: string;
  readonly gateway?: string;
}

/** What sandboxes hold, and the files of their containers. */
export async function foundInside(
  folder: string,
  all: Described,
): Promise<Pick<Traces, 'insides' | 'hosts'>> {
  const pinned = join(folder, 'run/netns');
  const open = names(pinned);
  await using lifetime = new Lifetime();
  const insides = await Promise.all(
    open.map((id) =>
      insideOf(Namespace.visit(id, join(pinned, id), lifetime)).catch(() => [`${id} is going`]),
    ),
  );
  const containers = join(folder, 'data/containers');
  const running = names(containers).filter((id) => open.includes(short(id)));
  const isAlone = (id: string) =>
    all.containers.every((one) => one.Id !== id || friendsOf(one, all).length === 0);
  const hosts = running.flatMap((id) => {
    const lines = hostsOf(id, read(join(containers, id, 'hosts')));
    return isAlone(id) ? lines.filter((line) => !line.endsWith(' friend')) : lines;
  });
  return {
    insides: insides.flat().sort(),
    hosts: hosts.sort(),
  };
}

async function insideOf(sandbox: Namespace): Promise<string[]> {
  const { name } = sandbox;
  const [links, four, six, rules, sockets] = await Promise.all([
    sandbox.ip<Link>('-d addr'),
    sandbox.ip<Route>('-4 route'),
    sandbox.ip<Route>('-6 route'),
    run(sandbox.inside(['nft', 'list', 'ruleset'])),
    sandbox.must('ss -H -l -n -t -u'),
  ]);
  const defaults = [...four, ...six].filter(({ dst }) => dst === 'default');
  return [
    ...links.flatMap((link) => interfaceOf(name, link)),
    ...defaults.map(({ gateway }) => `${name} default via ${gateway ?? 'a link'}`),
    ...resolverOf(name, rules.stdout, sockets),
  ];
}

function interfaceOf(name: string, { address, linkinfo, addr_info }: Link): string[] {
  if (linkinfo?.info_kind === undefined) return [];
  const addresses = addr_info
    .filter(({ scope }) => scope === 'global')
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  return [`${name} ${linkinfo.info_kind} ${address} ${addresses.join(' ')}`];
}

/** The protocols whose port 53 leads to a socket that is there. */
function resolverOf(name: string, rules: string, sockets: string): string[] {
  const led = rules.matchAll(/(tcp|udp) dport 53 dnat to (127\.0\.0\.11:\d+)/g);
  const answered = [...led].filter(([, protocol, to]) =>
    sockets.split('\n').some((line) => line.startsWith(`${protocol} `) && line.includes(` ${to} `)),
  );
  const protocols = answered.map(([, protocol]) => protocol).sort();
  return protocols.length === 0 ? [] : [`${name} names answered by ${protocols.join(' and ')}`];
}

/** Lines with the container's own name, which is its short id, and with the alias of every link. */
function hostsOf(id: string, text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [address, rest = ''] = line.split('\t');
    const name = rest.split(' ')[0];
    return name === short(id) || name === 'friend' ? [`${short(id)} ${address} ${name}`] : [];
  });
}
