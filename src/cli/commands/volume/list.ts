import { encodeFilters } from '../../../api/client/query.js';
import { Volumes } from '../../../api/client/volumes.js';
import type { VolumeView } from '../../../api/types/volume.js';
import { humanSize } from '../../../base/human.js';
import { command } from '../../command.js';
import { type Listing, renderListing } from '../../format/listing.js';
import { labelText } from '../../format/words.js';
import { filters, tableFormat, toggle } from '../../parse/flag.js';

export default command({
  usage: '[OPTIONS]',
  summary: 'List volumes',
  arity: { least: 0, most: 0 },
  flags: {
    filter: filters('Provide filter values (e.g. "dangling=true")'),
    format: tableFormat(),
    quiet: toggle('Only display volume names', { short: 'q' }),
  },
  async run({ api, terminal }, { flags }) {
    const { Volumes: found } = await new Volumes(api).list(encodeFilters(flags.filter));
    const natural = new Intl.Collator('en', { numeric: true });
    const rows = [...(found ?? [])].sort((a, b) => natural.compare(a.Name, b.Name));
    terminal.stdout.write(renderListing(rows, volumeListing, flags));
    return undefined;
  },
});

/** What belongs to a swarm's volumes, of which there are none. */
const none = () => 'N/A';

const volumeListing: Listing<VolumeView> = {
  type: '*formatter.volumeContext',
  table: '{{.Driver}}\t{{.Name}}',
  quiet: '{{.Name}}',
  columns: {
    Name: ['VOLUME NAME', ({ Name }) => Name],
    Driver: ['DRIVER', ({ Driver }) => Driver],
    Scope: ['SCOPE', ({ Scope }) => Scope],
    Mountpoint: ['MOUNTPOINT', ({ Mountpoint }) => Mountpoint],
    Labels: ['LABELS', ({ Labels }) => labelText(Labels)],
    Links: ['LINKS', ({ UsageData }) => (UsageData ? String(UsageData.RefCount) : 'N/A')],
    Size: ['SIZE', ({ UsageData }) => (UsageData ? humanSize(UsageData.Size, 4) : 'N/A')],
    Group: ['GROUP', none],
    Availability: ['AVAILABILITY', none],
    Status: ['STATUS', none],
  },
  methods: { Label: (row) => (name) => row.Labels?.[String(name)] ?? '' },
};
