import { ContainerModule } from 'inversify';
import { ContainerCommits } from '../../engine/containers/files/commit.js';
import { ContainerFiles } from '../../engine/containers/files/files.js';
import * as id from '../ids.js';

/** Files of containers, and images out of them. */
export const filesModule = new ContainerModule(({ bind }) => {
  bind(id.filesId).toResolvedValue(
    (context, containers, images, storage) => ({
      archive: new ContainerFiles(context),
      commits: new ContainerCommits({
        context,
        files: storage.rootfs,
        makeImage: (image) => images.commit(image),
        pauses: containers,
      }),
    }),
    [id.containersContextId, id.containersId, id.imagesId, id.storageId],
  );
});
