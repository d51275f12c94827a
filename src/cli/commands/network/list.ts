import { Networks } from '../../../api/client/networks.js';
import { encodeFilters } from '../../../api/client/query.js';
import type { NetworkInspect } from '../../../api/types/network.js';
import { command } from '../../command.js';
import { listFormat } from '../../connection/preferences.js';
import { type Listing, renderListing } from '../../format/listing.js';
import { goTimeOf, labelText, shortId } from '../../format/words.js';
import { filters, tableFormat, toggle } from '../../parse/flag.js';

export default command({
  usage: '[OPTIONS]',
  summary: 'List networks',
  arity: { least: 0, most: 0 },
  flags: {
    filter: filters('Provide filter values (e.g. "driver=bridge")'),
    format: tableFormat(),
    'no-trunc': toggle('Do not truncate the output'),
    quiet: toggle('Only display network IDs', { short: 'q' }),
  },
  async run(context, { flags }) {
    const { api, terminal } = context;
    const format = listFormat(flags, 'networksFormat', context);
    const networks = await new Networks(api).list(encodeFilters(flags.filter));
    const natural = new Intl.Collator('en', { numeric: true });
    const rows = networks.sort((a, b) => natural.compare(a.Name, b.Name));
    const listing = networkListing(flags['no-trunc']);
    terminal.stdout.write(renderListing(rows, listing, { format, quiet: flags.quiet }));
    return undefined;
  },
});

function networkListing(full: boolean): Listing<NetworkInspect> {
  return {
    type: '*network.networkContext',
    raw: {
      full: 'network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n',
      quiet: 'network_id: {{.ID}}',
    },
    table: '{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}',
    columns: {
      ID: ['NETWORK ID', ({ Id }) => (full ? Id : shortId(Id))],
      Name: ['NAME', ({ Name }) => Name],
      Driver: ['DRIVER', ({ Driver }) => Driver],
      Scope: ['SCOPE', ({ Scope }) => Scope],
      IPv4: ['IPV4', ({ EnableIPv4 }) => String(EnableIPv4)],
      IPv6: ['IPV6', ({ EnableIPv6 }) => String(EnableIPv6)],
      Internal: ['INTERNAL', ({ Internal }) => String(Internal)],
      Labels: ['LABELS', ({ Labels }) => labelText(Labels)],
      CreatedAt: ['CREATED AT', ({ Created }) => goTimeOf(Created)],
    },
    methods: { Label: (row) => (name) => row.Labels?.[String(name)] ?? '' },
  };
}
