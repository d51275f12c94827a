import { Rollback } from '../../base/rollback.js';
import { applyPrepared, undoAtOnce, undoPlan } from '../apply.js';
import type { EndpointRecord, SandboxRecord } from '../model.js';
import type { AppliedPlan } from '../plan.js';
import type { Gateways } from './gateway.js';
import type { Parts } from './parts.js';
import { type PublishedPorts, unpublished } from './published-ports.js';
import type { GatewayState, SandboxState } from './records.js';

/** The way out of a sandbox as it is to be. */
export interface NewWay {
  readonly endpoints: readonly EndpointRecord[];
  readonly choice: Gateways;
  readonly gateways: readonly GatewayState[];
}

/** Moves default routes and published ports of a running sandbox from one endpoint to another. */
export class GatewayMove {
  readonly #parts: Parts;
  readonly #ports: PublishedPorts;

  constructor(parts: Parts, ports: PublishedPorts) {
    this.#parts = parts;
    this.#ports = ports;
  }

  /**
   * Takes the old way down, synchronously, and lets go of its ports; `rollback` puts it back.
   * @returns what could not be undone
   */
  leave({ record, gateways }: SandboxState, rollback?: Rollback): string[] {
    const ports = record.endpoints.flatMap(({ portPlan }) => portPlan);
    const routes = gateways.flatMap(({ plan }) => plan);
    return [...this.#undo(ports, rollback), ...this.#undo(routes, rollback)];
  }

  /**
   * Takes the new way, synchronously.
   * @param before the ports as they were published until now: they keep their host ports
   * @returns the endpoints with the ports that each publishes now
   */
  take(before: SandboxRecord, way: NewWay, rollback: Rollback): EndpointRecord[] {
    const { kernel } = this.#parts;
    const plan = way.gateways.flatMap((gateway) => gateway.plan);
    applyPrepared(plan, kernel);
    rollback.defer('gateway', () => undoPlan(plan, kernel, 'now'));
    const bindings = before.endpoints.flatMap((endpoint) => endpoint.bindings);
    const { endpoints, choice } = way;
    const published = this.#ports.publish(before, endpoints, choice, rollback, bindings);
    return endpoints.map((endpoint) => ({
      ...endpoint,
      ...(published.get(endpoint.id) ?? unpublished),
    }));
  }

  /**
   * The same for a change that must not fail: a way that can't be taken is reported, and the sandbox stays
   * without one.
   */
  async tryToTake(
    before: SandboxRecord,
    way: NewWay,
  ): Promise<Pick<NewWay, 'endpoints' | 'gateways'>> {
    const { logger } = this.#parts;
    try {
      await using rollback = new Rollback(logger);
      const endpoints = this.take(before, way, rollback);
      rollback.commit();
      return { endpoints, gateways: way.gateways };
    } catch (error) {
      logger.warn('no way out of the sandbox any more', { sandbox: before.id, error });
      const endpoints = way.endpoints.map((endpoint) => ({ ...endpoint, ...unpublished }));
      return { endpoints, gateways: [] };
    }
  }

  #undo(plan: AppliedPlan, rollback: Rollback | undefined): string[] {
    const { kernel } = this.#parts;
    rollback?.defer('former way out', () => {
      // What was not undone the first time would be in its own way.
      undoAtOnce(plan, kernel);
      applyPrepared(plan, kernel);
    });
    return undoAtOnce(plan, kernel);
  }
}

/** Whether the same endpoints lead out. */
export function sameGateways(a: Gateways, b: Gateways): boolean {
  return a[4] === b[4] && a[6] === b[6];
}
