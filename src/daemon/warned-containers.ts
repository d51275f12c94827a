import type { ContainerCreate, ContainerCreated } from '../api/types/container.js';
import { Containers } from '../engine/containers/backend.js';
import type { Sysctls } from '../native/sysctl.js';

/** Modes whose containers send nothing through the host. */
const unrouted = ['host', 'none'];

/** Containers whose makers are told, in Docker's words, if the host won't pass their packets on. */
export class WarnedContainers extends Containers {
  readonly #sysctls: Pick<Sysctls, 'read'>;

  constructor({
    sysctls,
    ...parts
  }: ConstructorParameters<typeof Containers>[0] & { sysctls: Pick<Sysctls, 'read'> }) {
    super(parts);
    this.#sysctls = sysctls;
  }

  override async create(
    name: string | undefined,
    body: ContainerCreate,
  ): Promise<ContainerCreated> {
    const created = await super.create(name, body);
    if (unrouted.includes(body.HostConfig.NetworkMode) || this.#forwards()) return created;
    const warning = 'IPv4 forwarding is disabled. Networking will not work.';
    return { ...created, Warnings: [...created.Warnings, warning] };
  }

  #forwards(): boolean {
    return this.#sysctls.read('net.ipv4.ip_forward') !== '0';
  }
}
