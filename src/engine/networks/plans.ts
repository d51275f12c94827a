import type { PlanBackend } from '../../api/server/backend.js';
import type { ContainerCreate } from '../../api/types/container.js';
import type { NetworkConnect, NetworkCreate } from '../../api/types/network.js';
import type { PlannedStepView } from '../../api/types/plan.js';
import type { NetworkController, PlannedStep } from '../../cnm/contract.js';
import type { NetworkRecord } from '../../cnm/model.js';
import { plannedStepView } from './plan-view.js';
import { type DefaultOptions, networkRequest } from './request.js';

/** Plans for containers, which are the engine's. */
export interface ContainerPlans {
  planConnect(ref: string, network: NetworkRecord, body: NetworkConnect): Promise<PlannedStep[]>;
  planContainer(name: string | undefined, body: ContainerCreate): Promise<PlannedStep[]>;
}

/** What requests would do to the kernel, for the API. */
export class Plans implements PlanBackend {
  readonly #controller: NetworkController;
  readonly #containers: ContainerPlans;
  readonly #defaultOptions: DefaultOptions;

  constructor(parts: {
    controller: NetworkController;
    containers: ContainerPlans;
    /** `--default-network-opt`. */
    defaultOptions: DefaultOptions;
  }) {
    this.#controller = parts.controller;
    this.#containers = parts.containers;
    this.#defaultOptions = parts.defaultOptions;
  }

  async network(body: NetworkCreate): Promise<PlannedStepView[]> {
    const request = networkRequest(body, this.#defaultOptions);
    const steps = await this.#controller.planning.network(request);
    return steps.map(plannedStepView);
  }

  async connect(ref: string, body: NetworkConnect): Promise<PlannedStepView[]> {
    const network = this.#controller.network(ref);
    return (await this.#containers.planConnect(body.Container, network, body)).map(plannedStepView);
  }

  async container(name: string | undefined, body: ContainerCreate): Promise<PlannedStepView[]> {
    return (await this.#containers.planContainer(name, body)).map(plannedStepView);
  }
}
