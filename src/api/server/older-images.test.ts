import { expect } from 'chai';
import { shownImage, shownImages } from './older-images.js';

describe('images for older clients', () => {
  const named = { Id: 'a', RepoTags: ['a:1'], RepoDigests: [], VirtualSize: 1 };
  const nameless = { Id: 'b', RepoTags: [], RepoDigests: [], VirtualSize: 2 };
  const byDigest = { Id: 'c', RepoTags: [], RepoDigests: ['c@sha256:0'], VirtualSize: 3 };
  const all = [named, nameless, byDigest];

  it('have a name before 1.43, and the same size twice before 1.44', () => {
    expect(shownImages(all, '1.42')).to.deep.equal([
      named,
      { ...nameless, RepoTags: ['<none>:<none>'], RepoDigests: ['<none>@<none>'] },
      byDigest,
    ]);
    expect(shownImages(all, '1.43')).to.deep.equal(all);
    expect(shownImages(all, '1.44')[1]).to.deep.equal({ Id: 'b', RepoTags: [], RepoDigests: [] });
  });

  it('always tell what the image was made of when they are inspected', () => {
    const image = { Id: 'a', Config: { Volumes: { '/data': {} } }, VirtualSize: 1 };
    const { VirtualSize: _, ...newest } = image;
    const older = { ...image, Container: '', ContainerConfig: image.Config };
    expect(shownImage(image, '1.43')).to.deep.equal(older);
    expect(shownImage(image, '1.48')).to.deep.equal({ ...newest, ContainerConfig: image.Config });
  });
});
