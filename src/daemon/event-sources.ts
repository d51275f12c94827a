/** Turns what the parts of the engine tell into Docker's events. */
import type { NetworkEvent } from '../cnm/contract.js';
import type { ContainerEvent } from '../engine/containers/context.js';
import type { EventSubject } from '../engine/events.js';
import type { ImageEvent } from '../engine/images/world.js';

export function fromNetwork({ action, network, containerId }: NetworkEvent): EventSubject {
  const { name, driver } = network;
  const Attributes = { name, type: driver, ...(containerId && { container: containerId }) };
  return { Type: 'network', Action: action, Actor: { ID: network.id, Attributes } };
}

export function fromContainer({ action, container, attributes }: ContainerEvent): EventSubject {
  const { config, name, id } = container;
  const Attributes = { ...config.Labels, ...attributes, image: config.Image, name };
  return { Type: 'container', Action: action, Actor: { ID: id, Attributes } };
}

export function fromImage({ action, id, attributes }: ImageEvent): EventSubject {
  return { Type: 'image', Action: action, Actor: { ID: id, Attributes: attributes } };
}
