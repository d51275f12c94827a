import type { EndpointDrafts } from './endpoint-drafts.js';
import type { Parts, SandboxView } from './parts.js';
import type { SandboxState } from './records.js';

/** What names and files are made of, as the sandbox stands now. */
export function viewOf(state: SandboxState, parts: Parts, drafts: EndpointDrafts): SandboxView {
  const attachments = state.record.endpoints.map((endpoint) => {
    const network = parts.registry.networkOf(endpoint);
    const resolvesNames = drafts.driverOf(network).resolvesNames(network);
    return { endpoint, network, resolvesNames };
  });
  return {
    sandbox: state.record,
    attachments,
    hasGateway: state.gateways.length > 0,
    hostGateways: hostGateways(parts),
  };
}

function hostGateways({ registry }: Parts): string[] {
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
