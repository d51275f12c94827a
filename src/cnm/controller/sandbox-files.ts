import { chownSync, readFileSync, rmSync } from 'node:fs';
import { InvalidParameter } from '../../base/errors.js';
import type { FileOwner } from '../../base/id-mapping.js';
import { ip } from '../../base/ip.js';
import { resolvConfHash } from '../dns/container-resolvconf.js';
import {
  addHostsLines,
  type HostsLine,
  hostsFile,
  ownLines,
  readdressHostsLines,
  removeHostsLines,
  removeNamedHostsLines,
} from '../dns/hosts.js';
import type { EndpointRecord, SandboxRecord } from '../model.js';
import { isLeg } from './gateway-leg.js';
import type { EndpointChange, LinkedName, SandboxFileWriter, SandboxView } from './parts.js';
import { rewrite } from './rewrite.js';
import type { SandboxResolvConf } from './sandbox-resolvconf.js';

/**
 * `/etc/hosts`, `/etc/resolv.conf` and `/etc/hostname`. Written in place: containers have them mounted. At once:
 * they are small and nobody waits for a disk, so that Node's thread pool would take longer than the kernel.
 */
export class SandboxFiles implements SandboxFileWriter {
  readonly #resolvConf: SandboxResolvConf;
  readonly #hostsPath: string;
  readonly #owner: FileOwner | undefined;

  /**
   * `hostsPath` is the host's own file, for containers in its namespace: `/etc/hosts`. `owner`: whom the files belong
   * to, by default us.
   */
  constructor(parts: {
    resolvConf: SandboxResolvConf;
    hostsPath: string;
    owner?: FileOwner | undefined;
  }) {
    this.#resolvConf = parts.resolvConf;
    this.#hostsPath = parts.hostsPath;
    this.#owner = parts.owner;
  }

  async write(view: SandboxView): Promise<void> {
    const { files, hostname } = view.sandbox;
    rewrite(files.hosts, this.#hosts(view));
    rewrite(files.hostname, `${hostname}\n`);
    this.#writeResolvConf(view);
    const { resolvConf } = files;
    const owner = this.#owner;
    if (!owner) return;
    for (const path of [files.hosts, files.hostname, resolvConf])
      chownSync(path, owner.uid, owner.gid);
  }

  async update(
    view: SandboxView,
    { added, removed, unlinked = [] }: EndpointChange,
  ): Promise<void> {
    const { hosts } = view.sandbox.files;
    const before = readFileSync(hosts, 'utf8');
    const linked = removeNamedHostsLines(before, linkLines(unlinked));
    const without = removed ? removeHostsLines(linked, linesOf(view.sandbox, [removed])) : linked;
    const after = added ? addHostsLines(without, linesOf(view.sandbox, [added])) : without;
    if (after !== before) rewrite(hosts, after);
    this.#writeResolvConf(view);
  }

  async relink(view: SandboxView): Promise<void> {
    const { hosts } = view.sandbox.files;
    const before = readFileSync(hosts, 'utf8');
    const after = readdressHostsLines(before, linkLines(view.linked));
    if (after !== before) rewrite(hosts, after);
  }

  /** At each start and each change of the networks; but not once the user has edited the file. */
  #writeResolvConf(view: SandboxView): void {
    const { resolvConf: path } = view.sandbox.files;
    const { text } = this.#resolvConf.of(view);
    const [before, hash] = [textOf(path), textOf(hashPath(path))];
    const isEdited = before !== undefined && hash !== undefined && resolvConfHash(before) !== hash;
    if (isEdited || (before === text && hash !== undefined)) return;
    // A daemon that is killed meanwhile leaves no hash behind, so that its half-written file doesn't pass for edited.
    rmSync(hashPath(path), { force: true });
    rewrite(path, text);
    rewrite(hashPath(path), resolvConfHash(text));
  }

  #hosts(view: SandboxView): string {
    const { sandbox, hostGateways } = view;
    const extra = sandbox.resolver.extraHosts.flatMap((entry) => extraLines(entry, hostGateways));
    if (sandbox.kind.type === 'host')
      return addHostsLines(readFileSync(this.#hostsPath, 'utf8'), extra);
    return hostsFile({
      ipv6: !sandbox.withoutIPv6,
      lines: [...extra, ...linkLines(view.linked), ...linesOf(sandbox, sandbox.endpoints)],
    });
  }
}

/** Beside the file, as Docker has it: what the text was when we wrote it last. */
function hashPath(path: string): string {
  return `${path}.hash`;
}

/** Undefined where the file can't be read. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function linesOf(
  { hostname, domainname }: SandboxRecord,
  endpoints: readonly EndpointRecord[],
): HostsLine[] {
  const asked = endpoints.filter((endpoint) => !isLeg(endpoint));
  const addresses = asked.flatMap(({ interface: { ipv4, ipv6 } }) =>
    [ipv4, ipv6].flatMap((text) => (text === undefined ? [] : [ip(text.split('/')[0] ?? '')])),
  );
  return ownLines(addresses, { hostname, domainname });
}

function linkLines(linked: readonly LinkedName[]): HostsLine[] {
  return linked.map(({ address, names }) => ({ ip: ip(address), names }));
}

/** `name:address`; `host-gateway` stands for each address of the default bridge. */
function extraLines(entry: string, hostGateways: readonly string[]): HostsLine[] {
  const at = entry.indexOf(':');
  const [name, address] = [entry.slice(0, at), entry.slice(at + 1)];
  if (at < 1) throw new InvalidParameter(`invalid extra host ${entry}: expected name:address`);
  if (address === 'host-gateway' && hostGateways.length === 0)
    throw new InvalidParameter(
      'unable to derive the IP value for host-gateway: the default bridge has no address',
    );
  const addresses = address === 'host-gateway' ? hostGateways : [address];
  return addresses.map((text) => ({ ip: ip(text.replace(/^\[(.*)\]$/, '$1')), names: [name] }));
}
