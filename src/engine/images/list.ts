import { createdAt } from './config.js';
import {
  booleanFilter,
  checkFilterNames,
  type ImageFilters,
  labelsOf,
  matchesLabels,
  parseUntil,
} from './filters.js';
import { compilePattern, matchesPattern } from './pattern.js';
import { familiarText, type Reference } from './reference.js';
import { type ImageRecord, isCanonical } from './store.js';
import type { ImageWorld } from './world.js';

/** One line of `docker images` (Docker: ImageSummary). */
export interface ImageSummary {
  readonly Id: string;
  readonly ParentId: string;
  readonly RepoTags: readonly string[];
  readonly RepoDigests: readonly string[];
  /** Seconds since 1970. */
  readonly Created: number;
  readonly Size: number;
  /** Always -1: not computed. */
  readonly SharedSize: -1;
  readonly VirtualSize: number;
  readonly Labels: Readonly<Record<string, string>> | null;
  /** Always -1: not computed. */
  readonly Containers: -1;
}

/** What to list. */
export interface ListImages {
  /** Also nameless images that others were built on. Default false. */
  readonly all?: boolean;
  readonly filters?: ImageFilters;
}

const known = ['dangling', 'label', 'label!', 'before', 'since', 'until', 'reference'];

/** Lists images, newest first. @throws InvalidParameter for bad filters, NotFound for `before` and `since` */
export function listImages(
  world: ImageWorld,
  { all = false, filters = {} }: ListImages,
): ImageSummary[] {
  checkFilterNames(filters, known);
  const wanted = selection(world, filters, all);
  const patterns = filters['reference']?.map(compilePattern);
  const summaries: ImageSummary[] = [];
  for (const image of world.store.all().filter(wanted)) {
    const names = world.store
      .namesOf(image.id)
      .filter((name) => patterns?.some((pattern) => matchesPattern(pattern, name)) ?? true);
    if (patterns === undefined || names.length > 0) summaries.push(summaryOf(world, image, names));
  }
  return summaries.sort((a, b) => b.Created - a.Created);
}

function selection(
  world: ImageWorld,
  filters: ImageFilters,
  all: boolean,
): (image: ImageRecord) => boolean {
  const dangling = booleanFilter(filters, 'dangling');
  const times = (name: string) =>
    (filters[name] ?? []).map((ref) => createdAt(world.store.resolve(ref).parsed).getTime());
  const before = Math.min(...times('before'), ...untils(world, filters));
  const since = Math.max(...times('since'));
  return (image) => {
    const created = createdAt(image.parsed).getTime();
    if (!(created < before && created > since) || !matchesLabels(filters, labelsOf(image)))
      return false;
    const named = world.store.namesOf(image.id).length > 0;
    const parent = !named && world.store.childrenOf(image.id).length > 0;
    if (dangling !== undefined) return dangling ? !named && !parent : named;
    return all || !parent;
  };
}

function untils(world: ImageWorld, filters: ImageFilters): number[] {
  return (filters['until'] ?? []).map((text) => parseUntil(text, world.clock.now()).getTime());
}

function summaryOf(
  world: ImageWorld,
  image: ImageRecord,
  names: readonly Reference[],
): ImageSummary {
  const size = world.storage.layers.sizeOf(image.chainId);
  return {
    Id: image.id,
    ParentId: image.parent ?? '',
    ...shownNames(names),
    Created: Math.floor(createdAt(image.parsed).getTime() / 1000),
    Size: size,
    SharedSize: -1,
    VirtualSize: size,
    Labels: image.parsed.config?.Labels ?? null,
    Containers: -1,
  };
}

/** Names as the API shows them: tags and digests apart, without the tag where there is a digest. */
export function shownNames(names: readonly Reference[]): {
  RepoTags: string[];
  RepoDigests: string[];
} {
  const texts = (some: readonly Reference[]) => [...new Set(some.map(familiarText))];
  const digests = names.filter(isCanonical).map(({ tag: _, ...name }) => name);
  return {
    RepoTags: texts(names.filter((name) => !isCanonical(name))),
    RepoDigests: texts(digests),
  };
}
