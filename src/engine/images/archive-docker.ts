import * as v from 'valibot';
import type { ArchivedImage, ArchiveFolder } from './archive.js';

const manifest = v.array(
  v.looseObject({
    Config: v.string(),
    RepoTags: v.nullish(v.array(v.string())),
    Layers: v.nullish(v.array(v.string())),
  }),
);

/** The images of an archive as `docker save` writes it; undefined if it is not of this kind. @throws InvalidParameter */
export function readDockerArchive(folder: ArchiveFolder): ArchivedImage[] | undefined {
  if (folder.find('manifest.json') === undefined) return undefined;
  return folder.json('manifest.json', manifest).map(({ Config, RepoTags, Layers }) => ({
    config: folder.text(Config),
    names: RepoTags ?? [],
    layers: (Layers ?? []).map((name) => ({ file: folder.file(name) })),
  }));
}
