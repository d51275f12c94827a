import * as v from 'valibot';
import { isDigest } from '../storage/digest.js';
import type { ArchivedImage, ArchiveFolder } from './archive.js';

const manifest = v.array(
  v.looseObject({
    Config: v.string(),
    RepoTags: v.nullish(v.array(v.string())),
    Layers: v.nullish(v.array(v.string())),
    Parent: v.nullish(v.string()),
  }),
);

/** The images of an archive as `docker save` writes it; undefined if it is not of this kind. @throws InvalidParameter */
export function readDockerArchive(folder: ArchiveFolder): ArchivedImage[] | undefined {
  if (folder.find('manifest.json') === undefined) return undefined;
  return folder.json('manifest.json', manifest).map(({ Config, RepoTags, Layers, Parent }) => ({
    config: folder.text(Config),
    names: RepoTags ?? [],
    parent: Parent && isDigest(Parent) ? Parent : undefined,
    layers: (Layers ?? []).map((name) => ({ file: folder.file(name) })),
  }));
}
