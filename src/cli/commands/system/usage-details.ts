import type { ImageSummary } from '../../../api/client/images.js';
import type { ContainerSummary } from '../../../api/types/container.js';
import type { VolumeView } from '../../../api/types/volume.js';
import { type Listing, renderListing, renderOne, structOf } from '../../format/listing.js';
import { toJson } from '../../template/json.js';
import { GoStruct } from '../../template/value.js';
import { containerListing, rawContainer } from '../container/listing.js';
import { imageListing, rawImage, rowsOf } from '../image/listing.js';
import { volumeListing } from '../volume/listing.js';

/** Docker API: the answer of `/system/df`, without the build cache: there is none. */
export interface DiskUsage {
  readonly LayersSize: number;
  readonly Images: readonly ImageSummary[] | null;
  readonly Containers: readonly ContainerSummary[] | null;
  readonly Volumes: readonly VolumeView[] | null;
}

/** `system df -v`: every image, container and volume; as tables, or all of them in one template. @throws Failure */
export function usageDetails(usage: DiskUsage, format: string, now: Date): string {
  if (format === '' || format === 'table') return tables(usage, now);
  const isTable = format.startsWith('table');
  return renderOne(everything(usage, now, !isTable), format === 'raw' ? raw : format);
}

function tables(usage: DiskUsage, now: Date): string {
  const { images, containers, volumes } = listings(now, false);
  const parts: readonly [title: string, table: string][] = [
    ['Images space usage:', renderListing(firstNames(usage), images, defaults)],
    ['Containers space usage:', renderListing(ownSizes(usage), containers, defaults)],
    ['Local Volumes space usage:', renderListing(usage.Volumes ?? [], volumes, defaults)],
    ['Build cache usage: 0B', renderListing([], buildCache, defaults)],
  ];
  return parts.map(([title, table]) => `${title}\n\n${table}`).join('\n');
}

const defaults = { format: '' };

/** `full`: nothing is cut short. */
function listings(now: Date, full: boolean) {
  return {
    images: {
      ...imageListing({ digests: true, full, now }),
      table:
        '{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}',
    },
    containers: {
      ...containerListing({ full, size: true, now }),
      table:
        '{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}',
    },
    volumes: { ...volumeListing, table: '{{.Name}}\t{{.Links}}\t{{.Size}}' },
  };
}

/** Of an image's names only the first; docker shows no digests here. */
function firstNames({ Images }: DiskUsage): ReturnType<typeof rowsOf> {
  return (Images ?? []).flatMap((image) =>
    rowsOf(image)
      .slice(0, 1)
      .map((row) => ({ ...row, digest: '' })),
  );
}

/** Without what the image brings. */
function ownSizes({ Containers }: DiskUsage): ContainerSummary[] {
  return (Containers ?? []).map((container) => ({ ...container, SizeRootFs: 0 }));
}

/** Lists of rows, as one template sees them all. */
function everything(usage: DiskUsage, now: Date, full: boolean): GoStruct {
  const { images, containers, volumes } = listings(now, full);
  const members = {
    Images: firstNames(usage).map((row) => structOf(row, images)),
    Containers: ownSizes(usage).map((row) => structOf(row, containers)),
    Volumes: (usage.Volumes ?? []).map((row) => structOf(row, volumes)),
    BuildCache: [],
  };
  const json = () =>
    `{${Object.entries(members)
      .map(([name, rows]) => `"${name}":[${rows.map((row) => toJson(row)).join(',')}]`)
      .join(',')}}`;
  return new GoStruct(members, { type: '*formatter.diskUsageContext', json });
}

const raw = [
  ['Images', 'Image', rawImage(true)],
  ['Containers', 'Container', rawContainer(true)],
  ['Volumes', 'Volume', volumeListing.raw?.full],
]
  .map(([list, type, lines]) => `{{range .${list}}}type: ${type}\n${lines}\n{{end -}}\n`)
  .join('');

/** Nothing is ever in it. */
const buildCache: Listing<never> = {
  type: '*formatter.buildCacheContext',
  table:
    '{{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}',
  columns: {
    ID: ['CACHE ID', () => ''],
    CacheType: ['CACHE TYPE', () => ''],
    Size: ['SIZE', () => ''],
    CreatedSince: ['CREATED', () => ''],
    LastUsedSince: ['LAST USED', () => ''],
    UsageCount: ['USAGE', () => ''],
    Shared: ['SHARED', () => ''],
  },
};
