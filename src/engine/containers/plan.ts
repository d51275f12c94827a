import type { ContainerCreate } from '../../api/types/container.js';
import type { EndpointSettingsInput } from '../../api/types/network.js';
import type { PlannedStep } from '../../cnm/contract.js';
import type { NetworkRecord } from '../../cnm/model.js';
import { checkConnect } from './connect.js';
import { Container } from './container.js';
import type { ContainersContext } from './context.js';
import { draftContainer } from './create.js';
import { endpointRequest, sandboxRequest } from './networking.js';

/** What a start of a container that is made so would do to the kernel's network. */
export async function planContainer(
  context: ContainersContext,
  name: string | undefined,
  body: ContainerCreate,
): Promise<PlannedStep[]> {
  const { record } = draftContainer(context, name, body);
  return context.networks.planning.sandbox(sandboxRequest(context, new Container(record)));
}

/** What a connect would do. To a container that doesn't run it does nothing before the next start. */
export async function planConnect(
  context: ContainersContext,
  container: Container,
  network: NetworkRecord,
  settings: EndpointSettingsInput,
): Promise<PlannedStep[]> {
  checkConnect(context, container, network, settings);
  if (!container.run) return [];
  const endpoint = endpointRequest(settings, '');
  return context.networks.planning.connect(container.id, { network: network.id, endpoint });
}
