import type { Load, Step } from './load.js';

async function createVolume(load: Load): Promise<void> {
  const Name = `vol${load.number}-${load.random.below(5)}`;
  load.volumes.doubt(Name);
  const { status } = await load.ask('POST', '/volumes/create', { Name });
  if (status === 201) load.volumes.made(Name);
}

async function removeVolume(load: Load): Promise<void> {
  const name = load.random.pick([...load.volumes.there]);
  if (name === undefined) return createVolume(load);
  load.volumes.doubt(name);
  const { status } = await load.ask('DELETE', `/volumes/${name}`);
  if (status === 204) load.volumes.deleted(name);
  else load.volumes.made(name);
}

/** Those without a name alone, as nobody asks for all. */
async function pruneVolumes(load: Load): Promise<unknown> {
  return load.ask('POST', '/v1.43/volumes/prune');
}

/** An image's archive is a tar as good as any. */
async function copyIn(load: Load): Promise<unknown> {
  const id = load.anyContainer();
  return id && load.ask('PUT', `/containers/${id}/archive?path=/tmp`, load.archive);
}

async function copyOut(load: Load): Promise<unknown> {
  const id = load.anyContainer();
  return id && load.ask('GET', `/containers/${id}/archive?path=/bin`);
}

async function commit(load: Load): Promise<void> {
  const id = load.anyContainer();
  const tag = load.random.below(3);
  const name = `im${load.number}:${tag}`;
  if (id === undefined) return;
  mayBe(load, name);
  const { status } = await load.ask(
    'POST',
    `/commit?container=${id}&repo=im${load.number}&tag=${tag}`,
  );
  if (status === 201) load.tags.made(name);
}

/** One that is there stays so, whatever becomes of the request; of one that was deleted nobody knows. */
function mayBe({ tags }: Load, name: string): void {
  if (!tags.there.has(name)) tags.doubt(name);
}

async function tag(load: Load): Promise<void> {
  const number = load.random.below(3);
  const path = `/images/tsnet/busybox/tag?repo=im${load.number}&tag=${number}`;
  mayBe(load, `im${load.number}:${number}`);
  const { status } = await load.ask('POST', path);
  if (status === 201) load.tags.made(`im${load.number}:${number}`);
}

async function removeImage(load: Load): Promise<void> {
  const name = load.random.pick([...load.tags.there]);
  if (name === undefined) return tag(load);
  load.tags.doubt(name);
  const { status } = await load.ask('DELETE', `/images/${name}`);
  if (status === 200) load.tags.deleted(name);
  else load.tags.made(name);
}

async function loadImage(load: Load): Promise<unknown> {
  return load.ask('POST', '/images/load', load.archive);
}

/** The more often a step is in the list, the likelier it is. */
export const fileSteps: readonly Step[] = [
  ...[createVolume, removeVolume, pruneVolumes, copyIn, copyOut],
  ...[commit, commit, tag, removeImage, removeImage, loadImage],
];
