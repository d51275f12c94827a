import { InvalidParameter, prefixed } from '../../base/errors.js';
import { claimAddresses } from './claims.js';
import type { Container } from './container.js';
import type { ContainersContext } from './context.js';
import { checkName } from './names.js';

/** Gives a container another name; one that runs is found by it at once. */
export async function renameContainer(
  context: ContainersContext,
  container: Container,
  wanted: string,
): Promise<void> {
  if (wanted === '') throw new InvalidParameter('Neither old nor new names may be empty');
  const name = named(() => checkName(`/${wanted.replace(/^\//, '')}`));
  const before = container.record;
  if (name === before.name) {
    throw new InvalidParameter('Renaming a container with the same name as its current name');
  }
  named(() => context.registry.reserveName(name, container.id));
  try {
    const record = { ...before, name };
    await context.records.save(container.id, record);
    container.record = record;
  } catch (error) {
    context.registry.releaseName(name);
    throw error;
  }
  context.registry.releaseName(before.name);
  claimAddresses(context, container);
  if (container.run) await context.networks.renameSandbox(container.id, name);
  context.emit({
    action: 'rename',
    container: container.record,
    attributes: { oldName: `/${before.name}` },
  });
}

function named<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw prefixed('Error when allocating new name', error);
  }
}
