import type { SandboxRecord } from '../model.js';
import type { EndpointDrafts } from './endpoint-drafts.js';
import { isLeg } from './gateway-leg.js';
import { linkedNames } from './linked-names.js';
import type { Parts, SandboxView } from './parts.js';
import type { SandboxState } from './records.js';

/** What names and files are made of, as the sandbox stands now. */
export function viewOf(state: SandboxState, parts: Parts, drafts: EndpointDrafts): SandboxView {
  const attachments = state.record.endpoints.map((endpoint) => {
    const network = parts.registry.networkOf(endpoint);
    const resolvesNames = !isLeg(endpoint) && drafts.driverOf(network).resolvesNames(network);
    return { endpoint, network, resolvesNames };
  });
  return {
    sandbox: state.record,
    attachments,
    hasGateway: state.gateways.length > 0,
    hostGateways: hostGateways(parts),
    linked: linkedNames(state.record, serversOf(state.record, parts)),
  };
}

function serversOf({ links = [] }: SandboxRecord, { registry }: Parts): SandboxRecord[] {
  return links.flatMap(({ sandboxId }) => registry.sandbox(sandboxId)?.record ?? []);
}

function hostGateways({ registry, settings }: Parts): readonly string[] {
  if (settings.hostGateways?.length) return settings.hostGateways;
  const bridge = registry
    .networks()
    .find(({ name, predefined }) => predefined && name === 'bridge');
  return bridge?.subnets.flatMap(({ gateway }) => gateway ?? []) ?? [];
}

/** Whether the sandbox has the embedded resolver. */
export function needsResolver(view: SandboxView): boolean {
  return (
    view.sandbox.kind.type === 'own' && view.attachments.some(({ resolvesNames }) => resolvesNames)
  );
}
