import { compareVersions } from './version.js';

/** What a nameless image was called before 1.43. */
const noNames = { RepoTags: ['<none>:<none>'], RepoDigests: ['<none>@<none>'] };

/** Images as a client of the given version of the API knows them (Docker: "Version history", 1.43 and 1.44). */
export function shownImages(images: readonly unknown[], version: string): unknown[] {
  const named = images.map((image) =>
    compareVersions(version, '1.43') < 0 && isNameless(image) ? { ...image, ...noNames } : image,
  );
  return compareVersions(version, '1.44') < 0 ? named : named.map(withoutVirtualSize);
}

/**
 * An inspected image as a client of the given version knows it. `ContainerConfig`, the settings of the container that
 * the image was made of, went with 1.45, but docker-compose 1.29 still makes no container anew without it, and takes
 * the newest version that there is. What an image was made of isn't known here, so it is the image's own `Config`.
 */
export function shownImage(image: object, version: string): unknown {
  const { Config } = image as { Config?: unknown };
  const whole = { ...image, ContainerConfig: Config };
  if (compareVersions(version, '1.44') >= 0) return withoutVirtualSize(whole);
  return { ...whole, Container: '' };
}

function isNameless(image: unknown): image is object {
  const { RepoTags, RepoDigests } = (image ?? {}) as { RepoTags?: unknown; RepoDigests?: unknown };
  return [RepoTags, RepoDigests].every((names) => Array.isArray(names) && names.length === 0);
}

function withoutVirtualSize(image: unknown): unknown {
  if (typeof image !== 'object' || image === null) return image;
  return Object.fromEntries(Object.entries(image).filter(([key]) => key !== 'VirtualSize'));
}
