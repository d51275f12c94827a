import type { VolumeView } from '../../../api/types/volume.js';
import { humanSize } from '../../../base/human.js';
import type { Listing } from '../../format/listing.js';
import { labelText } from '../../format/words.js';

/** What belongs to a swarm's volumes, of which there are none. */
const none = () => 'N/A';

/** `volume ls`. */
export const volumeListing: Listing<VolumeView> = {
  type: '*formatter.volumeContext',
  table: '{{.Driver}}\t{{.Name}}',
  quiet: '{{.Name}}',
  raw: { full: 'name: {{.Name}}\ndriver: {{.Driver}}\n', quiet: 'name: {{.Name}}' },
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
