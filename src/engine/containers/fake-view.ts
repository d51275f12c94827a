import type { NetworkRecord, PortBinding, SandboxRecord } from '../../cnm/model.js';
import type { FakeContext } from './fake-context.js';
import type { NetworkView } from './settings-view.js';

/** The network model of a world as the listings see it. */
export function viewOf({ networks }: FakeContext): NetworkView {
  return {
    sandbox: (id) => networks.sandbox(id),
    networkOf: (reference): NetworkRecord | undefined =>
      networks.networks().find((n) => n.name === reference || n.id.startsWith(reference)),
  };
}

/** Publishes ports on the first endpoint of a container that runs. */
export function publish({ networks }: FakeContext, id: string, bindings: PortBinding[]): void {
  const sandbox = networks.sandboxes.get(id);
  const [first, ...rest] = sandbox?.endpoints ?? [];
  if (!sandbox || !first) throw new Error(`${id} has no endpoint`);
  const changed: SandboxRecord = { ...sandbox, endpoints: [{ ...first, bindings }, ...rest] };
  networks.sandboxes.set(id, changed);
}
