import { Forbidden, NotFound } from '../../base/errors.js';
import { Rollback } from '../../base/rollback.js';
import { applyPrepared, prepare, undoPlan } from '../apply.js';
import type { Driver } from '../driver.js';
import type { NetworkRecord, NetworkRequest, SwarmWishes } from '../model.js';
import { checkConfiguration, refuseSwarm, withConfiguration } from './network-config.js';
import { checkNetworkName, refusePredefined } from './network-name.js';
import type { Parts } from './parts.js';
import { checkSubnets, takeSubnets } from './subnets.js';

/** Makes networks: the record, its subnets, and the host's side of it. All of it or nothing. */
export class NetworkCreation {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Makes a network that a user asks for. What is refused is told in the order in which Docker finds it. */
  async create({
    scope,
    ingress,
    ...request
  }: NetworkRequest & SwarmWishes): Promise<NetworkRecord> {
    const { registry, emit } = this.#parts;
    const wishes = { ...(scope !== undefined && { scope }), ...(ingress && { ingress }) };
    refusePredefined(request.name);
    refuseOverlay(request.driver);
    checkSubnets(request);
    checkNetworkName(request.name, (name) => registry.networkNamed(name) !== undefined);
    checkConfiguration({ ...request, ...wishes });
    const network = request.configOnly
      ? await this.#keep(request)
      : await this.#makeOwn(request, wishes);
    emit({ action: 'create', network });
    return network;
  }

  async #makeOwn(request: NetworkRequest, wishes: SwarmWishes): Promise<NetworkRecord> {
    const { registry } = this.#parts;
    const driver = this.driver(request.driver);
    refuseSwarm(wishes);
    const whole = withConfiguration(request, (name) => registry.networkNamed(name));
    if (!driver.creatable)
      throw new Forbidden(`only one instance of "${driver.name}" network is allowed`);
    return this.#make(whole, driver, false);
  }

  /** Stores settings for other networks. Its driver is none, so that nothing can be put on it. */
  async #keep(request: NetworkRequest): Promise<NetworkRecord> {
    const { ids, clock, registry, networkRecords } = this.#parts;
    const network: NetworkRecord = {
      ...request,
      driver: 'null',
      id: ids.id(),
      created: clock.now().toISOString(),
      scope: 'local',
      predefined: false,
      subnets: [],
    };
    await networkRecords.save(network.id, network);
    registry.addNetwork(network);
    return network;
  }

  /** Makes a network that is there without anybody's asking. */
  createPredefined(request: NetworkRequest): Promise<NetworkRecord> {
    return this.#make(request, this.driver(request.driver), true);
  }

  /** Does to the kernel what the network needs, storing first what is going to be done. */
  async realize(network: NetworkRecord, rollback: Rollback): Promise<void> {
    const { kernel, deletions, registry, networkStates, host } = this.#parts;
    await host.makeReady(this.driver(network.driver), network);
    const others = registry.networks().filter(({ id }) => id !== network.id);
    const plan = this.driver(network.driver).planNetwork(network, others);
    await deletions.before(plan);
    const state = { network, plan: prepare(plan, kernel) };
    rollback.defer('state', () => networkStates.remove(network.id));
    await networkStates.save(network.id, state);
    applyPrepared(state.plan, kernel);
    rollback.defer('kernel', () => undoPlan(state.plan, kernel, 'now'));
    registry.setNetworkState(state);
    rollback.defer('memory', () => registry.deleteNetworkState(network.id));
  }

  /** @throws NotFound in the words that Docker has for an unknown driver */
  driver(name: string): Driver {
    const driver = this.#parts.drivers.get(name);
    if (!driver)
      throw new NotFound(
        `could not find plugin ${name} in v1 plugin registry: plugin "${name}" not found`,
      );
    return driver;
  }

  async #make(
    request: NetworkRequest,
    driver: Driver,
    predefined: boolean,
  ): Promise<NetworkRecord> {
    const { ids, ipam, clock, registry, networkRecords, logger } = this.#parts;
    await using rollback = new Rollback(logger);
    const id = ids.id();
    const subnets = takeSubnets(ipam, driver, request, { id, name: request.name });
    rollback.defer('subnets', () => ipam.releaseSubnets(id));
    // After IPAM, whose refusal of an overlapping subnet is the one that clients know.
    driver.validateNetwork(request, registry.networks());
    const created = clock.now().toISOString();
    const network: NetworkRecord = { ...request, id, created, scope: 'local', predefined, subnets };
    await this.realize(network, rollback);
    rollback.defer('record', () => networkRecords.remove(id));
    await networkRecords.save(id, network);
    registry.addNetwork(network);
    rollback.commit();
    return network;
  }
}

/** @throws Forbidden in Docker's words, which send the user to the swarm that such networks need */
function refuseOverlay(driver: string): void {
  if (driver === 'overlay')
    throw new Forbidden(
      'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
    );
}
