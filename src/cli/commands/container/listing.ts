import type { ContainerSummary, MountPoint } from '../../../api/types/container.js';
import { humanSize } from '../../../base/human.js';
import type { Listing } from '../../format/listing.js';
import { portsText } from '../../format/ports.js';
import { ago, ellipsis, goTime, labelText, shortId } from '../../format/words.js';

const columns = ['ID', 'Image', 'Command', 'RunningFor', 'Status', 'Ports', 'Names'];

/** `ps`. `full`: `--no-trunc`. */
export function containerListing(options: {
  full: boolean;
  size: boolean;
  now: Date;
}): Listing<ContainerSummary> {
  const { full, now } = options;
  const shown = options.size ? [...columns, 'Size'] : columns;
  return {
    type: '*formatter.ContainerContext',
    quietWins: true,
    raw: { full: rawContainer(options.size), quiet: 'container_id: {{.ID}}' },
    table: shown.map((name) => `{{.${name}}}`).join('\t'),
    columns: {
      ID: ['CONTAINER ID', ({ Id }) => (full ? Id : shortId(Id))],
      Names: ['NAMES', ({ Names }) => namesText(Names, full)],
      Image: ['IMAGE', (row) => (full ? row.Image : imageText(row))],
      Command: ['COMMAND', ({ Command }) => JSON.stringify(full ? Command : ellipsis(Command, 20))],
      CreatedAt: ['CREATED AT', ({ Created }) => goTime(Created)],
      RunningFor: ['CREATED', ({ Created }) => ago(Created, now)],
      Ports: ['PORTS', ({ Ports }) => portsText(Ports)],
      State: ['STATE', ({ State }) => State],
      Status: ['STATUS', ({ Status }) => Status],
      Size: ['SIZE', sizeText],
      Labels: ['LABELS', ({ Labels }) => labelText(Labels)],
      Mounts: ['MOUNTS', ({ Mounts }) => Mounts.map((mount) => mountText(mount, full)).join(',')],
      LocalVolumes: ['LOCAL VOLUMES', ({ Mounts }) => String(Mounts.filter(isLocal).length)],
      Networks: ['NETWORKS', (row) => Object.keys(row.NetworkSettings?.Networks ?? {}).join(',')],
      // The daemon tells no platform; Docker shows none then.
      Platform: ['PLATFORM', () => null],
    },
    methods: { Label: (row) => (name) => row.Labels?.[String(name)] ?? '' },
  };
}

/** What `--format raw` stands for. */
export function rawContainer(size: boolean): string {
  const lines = [
    'container_id: {{.ID}}',
    'image: {{.Image}}',
    'command: {{.Command}}',
    'created_at: {{.CreatedAt}}',
    'state: {{- pad .State 1 0}}',
    'status: {{- pad .Status 1 0}}',
    'names: {{.Names}}',
    'labels: {{- pad .Labels 1 0}}',
    'ports: {{- pad .Ports 1 0}}',
    ...(size ? ['size: {{.Size}}'] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** A name with a slash inside is a link's alias; those are for `--no-trunc`. */
function namesText(names: readonly string[], full: boolean): string {
  const plain = names.map((name) => name.replace(/^\//, ''));
  return (full ? plain : plain.filter((name) => !name.includes('/')).slice(0, 1)).join(',');
}

function imageText({ Image, ImageID }: ContainerSummary): string {
  if (Image === '') return '<no image>';
  return shortId(Image) === shortId(ImageID) ? shortId(Image) : Image.replace(/@sha256:.*$/, '');
}

function sizeText({ SizeRw = 0, SizeRootFs = 0 }: ContainerSummary): string {
  const own = humanSize(SizeRw, 3);
  return SizeRootFs > 0 ? `${own} (virtual ${humanSize(SizeRootFs, 3)})` : own;
}

function mountText({ Name, Source }: MountPoint, full: boolean): string {
  const text = Name || Source;
  return full ? text : ellipsis(text, 15);
}

function isLocal({ Driver }: MountPoint): boolean {
  return Driver === 'local';
}
