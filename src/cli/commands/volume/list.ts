import { encodeFilters } from '../../../api/client/query.js';
import { Volumes } from '../../../api/client/volumes.js';
import { command } from '../../command.js';
import { listFormat } from '../../connection/preferences.js';
import { renderListing } from '../../format/listing.js';
import { filters, tableFormat, toggle } from '../../parse/flag.js';
import { volumeListing } from './listing.js';

export default command({
  usage: '[OPTIONS]',
  summary: 'List volumes',
  arity: { least: 0, most: 0 },
  flags: {
    filter: filters('Provide filter values (e.g. "dangling=true")'),
    format: tableFormat(),
    quiet: toggle('Only display volume names', { short: 'q' }),
  },
  async run(context, { flags }) {
    const { api, terminal } = context;
    const format = listFormat(flags, 'volumesFormat', context);
    const { Volumes: found } = await new Volumes(api).list(encodeFilters(flags.filter));
    const natural = new Intl.Collator('en', { numeric: true });
    const rows = [...(found ?? [])].sort((a, b) => natural.compare(a.Name, b.Name));
    terminal.stdout.write(renderListing(rows, volumeListing, { format, quiet: flags.quiet }));
    return undefined;
  },
});
