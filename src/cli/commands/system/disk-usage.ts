import { System } from '../../../api/client/system.js';
import { humanSize } from '../../../base/human.js';
import { command } from '../../command.js';
import { type Listing, renderListing } from '../../format/listing.js';
import { tableFormat, toggle } from '../../parse/flag.js';
import { type DiskUsage, usageDetails } from './usage-details.js';

/** One line: how many there are, how many are in use, and how much would come free without the others. */
interface Share {
  readonly type: string;
  readonly total: number;
  readonly active: number;
  readonly size: number;
  readonly reclaimable: number;
}

export default command({
  usage: '[OPTIONS]',
  summary: 'Show tsnet disk usage',
  arity: { least: 0, most: 0 },
  flags: {
    format: tableFormat(),
    verbose: toggle('Show detailed information on space usage', { short: 'v' }),
  },
  async run({ api, terminal, now }, { flags }) {
    const usage = await new System(api).diskUsage<DiskUsage>();
    const text = flags.verbose
      ? usageDetails(usage, flags.format, now())
      : renderListing(shares(usage), listing, flags);
    terminal.stdout.write(text);
    return undefined;
  },
});

function shares({ LayersSize, Images, Containers, Volumes }: DiskUsage): Share[] {
  const images = Images ?? [];
  const containers = Containers ?? [];
  const used = images.filter((image) => image.Containers > 0);
  const running = containers.filter(({ State }) => State === 'running' || State === 'paused');
  const sizeOf = (list: typeof containers) => list.reduce((sum, { SizeRw = 0 }) => sum + SizeRw, 0);
  // As docker reckons: what images in use share with others counts as if it could go.
  const usedSize = used.reduce((sum, { Size, SharedSize }) => sum + Size - SharedSize, 0);
  return [
    {
      type: 'Images',
      total: images.length,
      active: used.length,
      size: LayersSize,
      reclaimable: Math.max(0, LayersSize - usedSize),
    },
    {
      type: 'Containers',
      total: containers.length,
      active: running.length,
      size: sizeOf(containers),
      reclaimable: sizeOf(containers) - sizeOf(running),
    },
    volumeShare(Volumes ?? []),
    { type: 'Build Cache', total: 0, active: 0, size: 0, reclaimable: 0 },
  ];
}

/** Volumes whose size the daemon doesn't know (-1: not of the local driver) count by their number alone. */
function volumeShare(volumes: NonNullable<DiskUsage['Volumes']>): Share {
  const known = volumes.flatMap(({ UsageData }) => UsageData ?? []);
  const used = known.filter(({ RefCount }) => RefCount > 0);
  const sizeOf = (list: typeof known) => list.reduce((sum, { Size }) => sum + Math.max(0, Size), 0);
  return {
    type: 'Local Volumes',
    total: volumes.length,
    active: used.length,
    size: sizeOf(known),
    reclaimable: sizeOf(known) - sizeOf(used),
  };
}

const raw = [
  'type: {{.Type}}\n',
  'total: {{.TotalCount}}\n',
  'active: {{.Active}}\n',
  'size: {{.Size}}\n',
  'reclaimable: {{.Reclaimable}}\n',
].join('');

const listing: Listing<Share> = {
  type: '*formatter.diskUsageImagesContext',
  raw: { full: raw, quiet: raw },
  table: '{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}',
  columns: {
    Type: ['TYPE', ({ type }) => type],
    TotalCount: ['TOTAL', ({ total }) => String(total)],
    Active: ['ACTIVE', ({ active }) => String(active)],
    Size: ['SIZE', ({ size }) => humanSize(size, 4)],
    Reclaimable: ['RECLAIMABLE', reclaimable],
  },
};

/** `1.2MB (40%)`; without a percentage where there is nothing. */
function reclaimable({ size, reclaimable: bytes, type }: Share): string {
  const share = size > 0 && type !== 'Build Cache' ? ` (${Math.trunc((bytes * 100) / size)}%)` : '';
  return `${humanSize(bytes, 4)}${share}`;
}
