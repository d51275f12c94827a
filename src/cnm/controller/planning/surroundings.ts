import { silentLogger } from '../../../base/logger.js';
import type { PortBinding } from '../../model.js';
import type {
  HostPortWish,
  NameService,
  PortChooser,
  SandboxFileWriter,
  Surroundings,
} from '../parts.js';
import type { Records } from '../records.js';
import { PlanningKernel } from './kernel.js';

/** Names and files that nobody will see. */
const names: NameService = {
  announce() {},
  withdraw() {},
  serve: async () => {},
  stop: async () => {},
  stopAll: async () => {},
};
const files: SandboxFileWriter = {
  write: async () => {},
  relink: async () => {},
  update: async () => {},
};

/** Chooses without holding: the first port that will do, or 0 where any would. */
const ports: PortChooser = {
  reserve: (_owner, wishes) => wishes.flatMap(firstChoice),
  release() {},
};

function firstChoice({ protocol, containerPort, hostIps, hostPort }: HostPortWish): PortBinding[] {
  const port = typeof hostPort === 'object' ? hostPort.first : (hostPort ?? 0);
  return hostIps.map((hostIp) => ({ protocol, containerPort, hostIp, hostPort: port }));
}

/** Everything as it is for the verbs of the controller, but for what would have an effect. */
export function planningSurroundings(
  real: Surroundings,
): Surroundings & { kernel: PlanningKernel } {
  const kernel = new PlanningKernel(real.kernel);
  return {
    ...real,
    kernel,
    names,
    files,
    ports,
    logger: silentLogger,
    namespaces: { make: (path) => void kernel.plan(path), remove() {}, pinned: () => [] },
    networkRecords: readOnly(real.networkRecords),
    networkStates: readOnly(real.networkStates),
    sandboxStates: readOnly(real.sandboxStates),
    hostStates: readOnly(real.hostStates),
    emit() {},
    later() {},
  };
}

function readOnly<T>(records: Records<T>): Records<T> {
  return { values: () => records.values(), save: async () => {}, remove: async () => {} };
}
